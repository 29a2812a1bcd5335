import * as v from 'valibot'
import type { Form, PageRequest } from '../../../../src/contract/page.ts'
import { refuse } from '../../../../src/errors.ts'
import { Csrf } from '../../../../views/form.tsx'
import { Name } from '../../../../views/name.tsx'
import type { Said } from '../../../feedback/model.ts'
import type { KeptAnswer, KeptAnswers } from '../../model.ts'
import type { Row } from '../../report/log.ts'
import type { CallScore } from '../../report/scores.ts'
import type { Asked } from '../address.ts'
import { dateOf, secondsOf } from '../clock.ts'
import { scoreText } from '../model/scores.tsx'

/** What operators say here has this name: `feedback` lets no caller use it. */
const NAME = 'operator'

interface AnswersProps {
  readonly call: Row
  /** What went to a mirror, where something did. */
  readonly copy: Row | undefined
  /** What was said of both. */
  readonly scores: readonly CallScore[]
  /** What was answered, where that is kept. */
  readonly answers: KeptAnswers
  readonly zone: string
  readonly request: PageRequest
  /** To where the page leads back. */
  readonly asked: Asked
}

/** What the caller was told and what a mirror said, side by side; what was said of both, and two buttons to say it here. */
export function Scored({ call, copy, scores, answers, ...rest }: AnswersProps) {
  const id = call.requestId
  const isSilent = scores.length === 0 && answers.own === undefined && answers.copy === undefined
  if (isSilent && !rest.request.admin.mayWrite) return null
  const of = (isMirror: boolean) => scores.filter(score => score.isMirror === isMirror)
  return (
    <section aria-labelledby="answers-title">
      <h3 id="answers-title">{copy === undefined ? 'Answer' : 'Answers'}</h3>
      <div class="answers">
        <Answer
          {...rest}
          id={id}
          isMirror={false}
          title="The caller’s answer"
          scores={of(false)}
          kept={answers.own}
        />
        {copy !== undefined && (
          <Answer
            {...rest}
            id={id}
            isMirror
            title="The mirror’s answer"
            scores={of(true)}
            kept={answers.copy}
          />
        )}
      </div>
    </section>
  )
}

interface AnswerProps extends Pick<AnswersProps, 'zone' | 'scores' | 'request' | 'asked'> {
  readonly id: string
  readonly isMirror: boolean
  readonly title: string
  readonly kept: KeptAnswer | undefined
}

const Answer = ({ title, kept, scores, zone, ...form }: AnswerProps) => (
  <div class="answer">
    <h4>{title}</h4>
    {kept !== undefined && (
      <pre tabindex={0}>
        {kept.text}
        {kept.isCut && <span class="muted"> … cut here</span>}
      </pre>
    )}
    {scores.length > 0 && <Scores scores={scores} zone={zone} />}
    {form.request.admin.mayWrite && (
      <Buttons
        {...form}
        title={title}
        said={scores.find(({ name, by }) => name === NAME && by === 'operator')}
      />
    )}
  </div>
)

const Scores = ({ scores, zone }: Pick<AnswersProps, 'scores' | 'zone'>) => (
  <ul class="opinions">
    {scores.map(({ name, score, comment, saidAt, by, speaker }) => (
      <li>
        <Name text={name} /> <b>{scoreText(score)}</b>
        {comment !== null && <p>{comment}</p>}
        <p class="about">
          {by === 'operator' ? by : <Name text={speaker} />},{dateOf(saidAt, zone)}, {secondsOf(saidAt, zone)}
        </p>
      </li>
    ))}
  </ul>
)

type ButtonsProps = Pick<AnswerProps, 'id' | 'isMirror' | 'title' | 'request' | 'asked'> & {
  /** What an operator has said before. */
  readonly said: CallScore | undefined
}

function Buttons({ id, isMirror, title, request, asked, said }: ButtonsProps) {
  const button = (score: 0 | 1, word: string) => (
    <button
      type="submit"
      name="score"
      value={score}
      aria-label={`${title} is ${word}`}
      aria-pressed={said?.score === score ? 'true' : 'false'}
    >
      {word}
    </button>
  )
  return (
    <form class="score" method="post" action={`${request.base}/dashboard/requests/score`}>
      <Csrf admin={request.admin} />
      <input type="hidden" name="request_id" value={id} />
      <input type="hidden" name="mirror" value={String(isMirror)} />
      <input type="hidden" name="back" value={new URLSearchParams({ ...asked }).toString()} />
      <span class="muted">You find it</span>
      {button(1, 'good')}
      {button(0, 'bad')}
    </form>
  )
}

const form = v.object({
  request_id: v.string(),
  mirror: v.picklist(['true', 'false']),
  score: v.picklist(['0', '1']),
  back: v.optional(v.string(), ''),
})

/** What such a form says, and where its page was. @throws Refusal where it is none */
export function readScore(sent: Form): { readonly said: Said; readonly back: URLSearchParams } {
  const read = v.safeParse(form, sent)
  if (!read.success) refuse('invalid_request', 'This form cannot be read: load the page again')
  const { request_id, mirror, score, back } = read.output
  const said = {
    requestId: request_id,
    mirrored: mirror === 'true',
    name: NAME,
    score: Number(score),
    comment: null,
  }
  const params = new URLSearchParams(back)
  params.set('call', request_id)
  return { said, back: params }
}
