import type { Origin } from '../../../src/contract/inventory.ts'
import { authorText } from '../../../views/author.ts'
import { Moment } from '../../../views/moment.tsx'
import { Name } from '../../../views/name.tsx'

/** Who changed it last, and when (milliseconds since 1970). */
export interface Last {
  readonly author: string
  readonly at: number
}

/** Who says so. */
export function Source({ origin, last }: { origin: Origin; last: Last | undefined }) {
  if (origin.kind === 'default') return <span class="source">default</span>
  if (origin.kind === 'dashboard')
    return (
      <span class="source">
        dashboard
        {last !== undefined && (
          <>
            , by {authorText(last.author)}, <Moment at={last.at} />
          </>
        )}
      </span>
    )
  if (origin.kind === 'flag')
    return (
      <span class="source">
        command line <Name class="mono" text={origin.name} />
      </span>
    )
  if (origin.kind === 'file')
    return (
      <span class="source">
        file <Name class="mono" text={`${origin.file}:${origin.line}`} />
        <Through variables={origin.variables} />
      </span>
    )
  const { name, file } = origin
  if (file === undefined)
    return (
      <span class="source">
        variable <Name class="mono" text={name} />
      </span>
    )
  return (
    <span class="source">
      variable <Name class="mono" text={`${name}_FILE`} />, what <Name class="mono" text={file} /> holds
    </span>
  )
}

/** What the file takes from the environment. */
const Through = ({ variables }: { variables: readonly string[] }) => (
  <>
    {variables.map((name, index) => (
      <>
        {index === 0 ? ', with ' : ', '}
        <Name class="mono" text={name} />
      </>
    ))}
  </>
)
