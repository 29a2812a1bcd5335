import type { Setting } from '../../src/contract/inventory.ts'

/** Why operators cannot change a setting while the gateway runs; undefined where they can. */
export function whyFixed(
  setting: Pick<Setting, 'name' | 'input' | 'isHidden' | 'origin'>,
): string | undefined {
  const { name, input, isHidden } = setting
  if (isHidden) return `"${name}" is a secret, or may be one: it is not set where everybody reads it`
  if (input === undefined)
    return `"${name}" is set in the config file, the environment or on the command line only`
  const declared = declaredIn(setting)
  return declared === undefined ? undefined : `"${name}" is declared in ${declared}: change it there`
}

function declaredIn({ origin }: Pick<Setting, 'origin'>): string | undefined {
  if (origin.kind === 'file') return `${origin.file}:${origin.line}`
  if (origin.kind === 'variable') return origin.file ?? origin.name
  return origin.kind === 'flag' ? `the option ${origin.name}` : undefined
}
