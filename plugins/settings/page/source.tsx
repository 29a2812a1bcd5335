import type { Origin } from '../../../src/inventory.ts'
import { Name } from '../../../views/name.tsx'

/** Who says so. */
export function Source({ origin }: { origin: Origin }) {
  if (origin.kind === 'default') return <span class="source">default</span>
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
