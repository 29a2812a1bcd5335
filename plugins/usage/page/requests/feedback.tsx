import * as v from 'valibot'
import { refuse } from '../../../../src/errors.ts'
import type { Form, PageRequest } from '../../../../src/page.ts'
import { Csrf } from '../../../../views/form.tsx'
import { count } from '../../../../views/format.ts'
import { Name } from '../../../../views/name.tsx'
import type { Said } from '../../../feedback/model.ts'
import type { CallScore } from '../../report/scores.ts'
import type { Asked } from '../address.ts'
import { dateOf, secondsOf } from '../clock.ts'
import { scoreText } from '../model/scores.tsx'

interface FeedbackProps {
  readonly id: string
  readonly scores: readonly CallScore[]
  /** A copy of the call went to a mirror: it can be scored, too. */
  readonly hasCopy: boolean
  readonly zone: string
  readonly request: PageRequest
  /** To where the page leads back. */
  readonly asked: Asked
}

/** What callers and operators said of the answer, and of that of the copy; and two buttons for each, to say it here. */
export const Feedback = ({ scores, zone, ...form }: FeedbackProps) => (
  <section aria-labelledby="feedback-title">
    <h3 id="feedback-title">{scores.length === 0 ? 'Feedback' : count(scores.length, 'score')}</h3>
    {scores.length > 0 && (
      <dl class="call-facts">
        {scores.map(({ isMirror, name, score, comment, saidAt, within, holder }) => (
          <div>
            <dt>
              <Name text={name} />
            </dt>
            <dd>
              {scoreText(score)} {isMirror && <span class="muted">of the copy</span>}
              {comment !== null && <p class="comment">{comment}</p>}
              <p class="about">
                <Name text={holder === '' ? within : holder} />, {dateOf(saidAt, zone)},{' '}
                {secondsOf(saidAt, zone)}
              </p>
            </dd>
          </div>
        ))}
      </dl>
    )}
    <Buttons {...form} isMirror={false} />
    {form.hasCopy && <Buttons {...form} isMirror />}
  </section>
)

type ButtonsProps = Pick<FeedbackProps, 'id' | 'request' | 'asked' | 'hasCopy'> & {
  readonly isMirror: boolean
}

function Buttons({ id, request, asked, hasCopy, isMirror }: ButtonsProps) {
  const answer = isMirror ? 'The copy’s answer' : hasCopy ? 'The caller’s answer' : 'The answer'
  return (
    <form class="score" method="post" action={`${request.base}/dashboard/requests/score`}>
      <Csrf admin={request.admin} />
      <input type="hidden" name="request_id" value={id} />
      <input type="hidden" name="mirror" value={String(isMirror)} />
      <input
        type="hidden"
        name="back"
        value={new URLSearchParams(asked as Record<string, string>).toString()}
      />
      <span>{answer} was</span>
      <button type="submit" name="score" value="1" aria-label={`${answer} was good`}>
        good
      </button>
      <button type="submit" name="score" value="0" aria-label={`${answer} was bad`}>
        bad
      </button>
    </form>
  )
}

/** What operators say here has this name. */
const NAME = 'operator'

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
