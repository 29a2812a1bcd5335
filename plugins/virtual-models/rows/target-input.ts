import * as v from 'valibot'
import { says } from '../../../src/contract/settings.ts'
import { refuse } from '../../../src/errors.ts'
import { isInside, parseUserPath } from '../../../src/scope/user-path.ts'
import type { UserPath } from '../../../src/types.ts'
import type { RedirectTarget } from '../model.ts'
import type { VirtualModelInput } from './input.ts'
import { modelName } from './names.ts'

/** The targets of a redirect, as an operator writes them. */

const MAX_TARGETS = 64
const MAX_WEIGHT = 1_000_000
const MAX_PATHS = 1000

const userPath = v.rawTransform<string, UserPath>(({ dataset, addIssue, NEVER }) => {
  try {
    const path = parseUserPath(dataset.value)
    if (path !== undefined) return path
    addIssue({ message: 'expected a path such as /team/alpha, it is blank' })
  } catch (error) {
    addIssue({ message: (error as Error).message })
  }
  return NEVER
})

export const userPaths = v.pipe(
  v.array(v.pipe(v.string(), userPath)),
  v.maxLength(MAX_PATHS, `expected at most ${MAX_PATHS} paths`),
)

const weight = v.pipe(
  v.number('expected a whole number'),
  v.integer('expected a whole number'),
  v.minValue(1, 'expected at least 1'),
  v.maxValue(MAX_WEIGHT, `expected at most ${MAX_WEIGHT}`),
)

const target = v.strictObject({
  model: says('`provider/id`, an id, or the source of another redirect', modelName),
  provider: says('The provider, where `model` is an id alone', v.optional(modelName)),
  weight: says('How much more often than others it comes first', v.optional(weight, 1)),
  user_paths: says(
    'It is there for callers at these paths, and below, and comes first for them; empty: for everybody',
    v.optional(userPaths),
  ),
})

/** The field `targets`. */
export const targets = v.pipe(
  v.array(target),
  v.maxLength(MAX_TARGETS, `expected at most ${MAX_TARGETS} targets`),
)

/** Each once; none is the same as no field. */
export const pathsOf = ({ user_paths: paths }: { user_paths?: UserPath[] | undefined }) =>
  paths?.length ? [...new Set(paths)] : undefined

/** A target for callers to whom the redirect is closed would be there for nobody. */
export function checkScopes(targets: readonly RedirectTarget[], userPaths: readonly UserPath[]): void {
  const open = new Set(userPaths)
  for (const [index, { name, userPaths: own }] of targets.entries()) {
    const inner = own && new Set(own)
    if (own === undefined || own.some(path => isInside(path, open))) continue
    if (userPaths.some(path => isInside(path, inner!))) continue
    refuse(
      'invalid_value',
      `Target "${name}" is for "${own[0]}", where the redirect is not: name paths inside its own "user_paths", or leave them out`,
      { param: `targets.${index}.user_paths` },
    )
  }
}

export function toTargets(input: VirtualModelInput): readonly RedirectTarget[] {
  const single = input.target_model ?? ''
  const several = (input.targets ?? []).map((target): RedirectTarget => {
    const { model, provider, weight } = target
    const userPaths = pathsOf(target)
    const name = provider === undefined ? model : `${provider}/${model}`
    return { name, weight, ...(userPaths && { userPaths }) }
  })
  if (single !== '' && several.length > 0 && !(several.length === 1 && several[0]!.name === single)) {
    refuse('invalid_value', 'Fields "target_model" and "targets" contradict each other: send one of them', {
      param: 'targets',
    })
  }
  const targets = several.length > 0 ? several : single === '' ? [] : [{ name: single, weight: 1 }]
  const seen = new Set<string>()
  for (const { name } of targets) {
    if (seen.has(name))
      refuse('invalid_value', `Target "${name}" is listed twice: give it a weight instead`, {
        param: 'targets',
      })
    seen.add(name)
  }
  return targets
}
