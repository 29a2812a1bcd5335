import type { PageRequest } from '../../../src/contract/page.ts'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import { Question } from './form.tsx'
import type { ExplainData } from './model.ts'
import { LeftOut, Tried } from './targets.tsx'
import { Trail } from './trail.tsx'
import { Verdict } from './verdict.tsx'

interface Props {
  readonly data: ExplainData
  readonly request: PageRequest
}

export const ExplainView = ({ data, request }: Props) => (
  <>
    <header class="top">
      <div>
        <h1>Explain</h1>
        <p class="lead">
          What would become of a request, and why: the decision that every call gets, made without calling
          anybody.
        </p>
      </div>
    </header>
    <Question data={data} path={`${request.base}/dashboard/explain`} />
    <div id="verdict" role="status">
      {data.told !== undefined && <Verdict told={data.told} trial={trialOf(data, request)} />}
    </div>
    <div id="decision">
      <Decision data={data} request={request} />
    </div>
  </>
)

/** The same question, asked in earnest. */
const trialOf = ({ asked: { model, userPath, key } }: ExplainData, { base }: PageRequest): string =>
  `${base}/dashboard/playground?${new URLSearchParams({ model, user_path: userPath, key })}`

function Decision({ data, request }: Props) {
  const { told } = data
  if (told === undefined)
    return data.mistake === undefined ? (
      <Start examples={data.examples} path={`${request.base}/dashboard/explain`} />
    ) : null
  const { base } = request
  return (
    <div class="reasons">
      <div class="outcome">
        <Tried told={told} base={base} />
        <LeftOut told={told} base={base} />
      </div>
      <Trail told={told} base={base} />
    </div>
  )
}

/** Nothing is asked yet: names to begin with. */
const Start = ({ examples, path }: { examples: readonly string[]; path: string }) => (
  <section class="nothing" aria-labelledby="start-title">
    <h2 id="start-title">Ask about any name</h2>
    <p>
      A redirect, a real model, or a name that somebody mistyped: the answer says where it leads, who is tried
      first, and which rule decided.
    </p>
    {examples.length > 0 && (
      <ul class="examples">
        {examples.map(name => (
          <li>
            <Link href={`${path}?${new URLSearchParams({ model: name })}`}>
              <Name class="mono" text={name} />
            </Link>
          </li>
        ))}
      </ul>
    )}
  </section>
)
