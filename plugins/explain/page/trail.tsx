import type { Step } from '../../../src/exchange.ts'
import { Link } from '../../../views/link.tsx'
import { Name, spell } from '../../../views/name.tsx'
import type { Told } from './model.ts'
import { type Piece, splitSubject, toPieces } from './phrases.ts'

interface Stage {
  readonly title: string
  readonly steps: readonly Step[]
}

/** Steps of one plugin in a row are one stage. What virtual models say in the end is about the order. */
function toStages(steps: readonly Step[]): Stage[] {
  const stages: { plugin: string; title: string; steps: Step[] }[] = []
  for (const step of steps) {
    const last = stages.at(-1)
    if (last?.plugin === step.plugin) last.steps.push(step)
    else stages.push({ plugin: step.plugin, title: titleOf(step.plugin, stages.length), steps: [step] })
  }
  return stages
}

const titles: Readonly<Record<string, string>> = {
  catalog: 'Who has it',
  access: 'Who may use it',
  fitting: 'What the call needs',
  rollout: 'What takes over',
  limits: 'Whether there is room',
  guardrails: 'What is looked at',
}

const titleOf = (plugin: string, before: number): string =>
  plugin === 'virtual-models'
    ? before === 0
      ? 'What the name means'
      : 'Who comes first'
    : (titles[plugin] ?? plugin)

/** The decision step by step, in the order in which it was made. */
export const Trail = ({ told, base }: { told: Told; base: string }) => (
  <section class="trail" aria-labelledby="trail-title">
    <h2 id="trail-title">How it was decided</h2>
    <ol>
      {toStages(told.explanation.steps).map(({ title, steps }) => (
        <li class="stage">
          <h3>{title}</h3>
          <ul>
            {steps.map(step => (
              <li class="phrase">
                <Sentence step={step} told={told} base={base} />
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  </section>
)

function Sentence({ step, told, base }: { step: Step; told: Told; base: string }) {
  const { isVirtual, isName } = told.known
  // Only redirects stand in front of what they choose.
  const { subject, rest } = splitSubject(step.text, step.plugin === 'virtual-models' ? isVirtual : isName)
  return (
    <>
      {subject !== undefined && (
        <>
          <Mention piece={{ kind: 'name', text: subject, isVirtual: isVirtual(subject) }} base={base} />:{' '}
        </>
      )}
      <Phrase text={rest} told={told} base={base} />
    </>
  )
}

/** A sentence of the decision with its names shown as names. */
export const Phrase = ({ text, told, base }: { text: string; told: Told; base: string }) => (
  <>
    {toPieces(text, told.known).map(piece =>
      piece.kind === 'words' ? spell(piece.text) : <Mention piece={piece} base={base} />,
    )}
  </>
)

/** A name; that of a redirect or policy leads to where it is edited. */
function Mention({ piece: { text, isVirtual }, base }: { piece: Piece; base: string }) {
  const name = <Name class="mono" text={text} />
  return isVirtual === true ? (
    <Link href={editing(base, text)} title={`Open ${text}`}>
      {name}
    </Link>
  ) : (
    name
  )
}

export const editing = (base: string, source: string): string =>
  `${base}/dashboard/models?${new URLSearchParams({ edit: source })}`
