import type { Child } from 'hono/jsx'
import type { Setting } from '../../../src/contract/inventory.ts'
import { Name } from '../../../views/name.tsx'
import { textOf, toLines, toVariable, toYaml } from './value.ts'

/** Longer values are not written out (characters). */
const LONGEST = 400

/** How to change it: a line for each place that can say it, with the value that it has now. */
export function Ways({ setting, file = 'modelway.yaml' }: { setting: Setting; file: string | undefined }) {
  const { path, variables, option, isHidden, origin } = setting
  const [variable] = variables
  const value = setting.value ?? setting.preset
  const isKnown = !isHidden && value !== undefined && textOf(value).length <= LONGEST
  const yaml = isHidden && variable !== undefined ? `\${${variable}}` : isKnown ? toYaml(value) : '…'
  const text = isKnown ? toVariable(value) : '…'
  const above = origin.kind === 'variable' || origin.kind === 'flag' ? origin.name : undefined
  const isSocket = path === 'host' || path === 'port'
  return (
    <dl class="entry-ways">
      {path !== undefined && (
        <Way text={toLines(path, yaml)}>
          In <Name class="mono" text={file} />, {isSocket ? 'then restart' : 'at once when it is saved'}
          {above !== undefined && (
            <>
              {'; until it is gone, '}
              <Name class="mono" text={above} /> wins
            </>
          )}
        </Way>
      )}
      {variable !== undefined && (
        <Way text={`${variable}=${text}`}>In the environment or in .env, then restart</Way>
      )}
      {variable !== undefined && isHidden && (
        <Way text={`${variable}_FILE=/run/secrets/${variable.toLowerCase().replaceAll('_', '-')}`}>
          Or by a file that holds nothing else
        </Way>
      )}
      {option !== undefined && !isHidden && (
        <Way text={`bun run gateway ${option} ${text}`}>On the command line</Way>
      )}
    </dl>
  )
}

const Way = ({ text, children }: { text: string; children?: Child }) => (
  <div>
    <dt>{children}</dt>
    <dd>
      <pre>{text}</pre>
    </dd>
  </div>
)
