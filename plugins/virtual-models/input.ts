import * as v from 'valibot'
import { refuse } from '../../src/errors.ts'
import { parseUserPath } from '../../src/scope/user-path.ts'
import { says } from '../../src/settings.ts'
import type { UserPath } from '../../src/types.ts'
import { checkMirror, mirror } from './mirror.ts'
import { type Definition, type RedirectTarget, strategies } from './model.ts'
import { modelName, nameOrNothing } from './names.ts'
import { parameters } from './parameters.ts'

const MAX_TARGETS = 64
const MAX_WEIGHT = 1_000_000

/** Directions of writing, joiners, spaces of no width: two names that differ in them only look the same. */
const UNSEEN = /(?![\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}/u

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
})

/** The body of `PUT /admin/virtual-models`, and an entry of `VIRTUAL_MODELS`. */
export const virtualModelInput = v.strictObject({
  source: says('What callers name, or what a policy is about', modelName),
  old_source: says('Renames the one that has this source now', v.optional(modelName)),
  target_model: says(
    'The only target; empty, and without `targets`, it is an access policy',
    v.optional(nameOrNothing),
  ),
  targets: says(
    'Several targets',
    v.optional(v.pipe(v.array(target), v.maxLength(MAX_TARGETS, `expected at most ${MAX_TARGETS} targets`))),
  ),
  strategy: says(
    'Which target comes first',
    v.optional(v.picklist(strategies, `expected one of ${strategies.join(', ')}`)),
  ),
  session_affinity: says('Calls of one session stay with one target', v.optional(v.boolean())),
  failover: says('The other targets are tried where one fails', v.optional(v.boolean())),
  parameters: says('How its model is asked, whatever callers say', v.nullish(parameters)),
  mirror: says('Who gets copies of its calls', v.nullish(mirror)),
  user_paths: says(
    'Who may use it: callers at these paths, and below; empty: everybody for a redirect, nobody for a policy',
    v.optional(
      v.pipe(v.array(v.pipe(v.string(), userPath)), v.maxLength(1000, 'expected at most 1000 paths')),
    ),
  ),
  description: says(
    'For people; callers never see it',
    v.optional(v.pipe(v.string(), v.maxLength(2000, 'expected at most 2000 characters')), ''),
  ),
  reach: says(
    '`redirect`: of a policy, its models are reached through redirects only',
    v.optional(v.picklist(['any', 'redirect'], 'expected any or redirect')),
  ),
  enabled: says(
    'Off: a redirect is not there, and what a policy covers is closed',
    v.optional(v.boolean(), true),
  ),
  force: says('Store it although it leads nowhere at the moment', v.optional(v.boolean(), false)),
})

/** A checked body. */
export type VirtualModelInput = v.InferOutput<typeof virtualModelInput>

/**
 * A checked body as a virtual model: rules that concern it alone (P4, R7, duplicate targets). What `isStored` knows is in
 * use already, and may stay as it is.
 */
export function toDefinition(
  input: VirtualModelInput,
  isStored: (name: string) => boolean = () => false,
): Definition {
  const targets = toTargets(input)
  const { source, description, enabled } = input
  if (!isStored(source)) checkSeen(source, 'source')
  for (const [index, { name }] of targets.entries()) {
    const param = input.targets?.[index] === undefined ? 'target_model' : `targets.${index}.model`
    if (!isStored(name)) checkSeen(name, param)
  }
  const userPaths = input.user_paths?.length ? [...new Set(input.user_paths)] : undefined
  const shared = { source, description, enabled, ...(userPaths && { userPaths }) }
  if (targets.length === 0) return { ...shared, ...toPolicy(input, userPaths) }
  if (input.reach === 'redirect') {
    refuse(
      'invalid_value',
      'Field "reach" belongs to access policies: leave "target_model" empty, or drop it',
      { param: 'reach' },
    )
  }
  if (targets.length === 1 && targets[0]!.name === source && input.parameters == null) {
    refuse(
      'invalid_value',
      `Redirect "${source}" leads only to itself: name another target, or set "parameters"`,
      { param: 'target_model' },
    )
  }
  if (input.mirror != null) checkMirror(input.mirror, targets)
  return {
    ...shared,
    kind: 'redirect',
    targets,
    strategy: input.strategy ?? 'round_robin',
    sessionAffinity: input.session_affinity ?? true,
    failover: input.failover ?? true,
    ...(input.parameters != null && { parameters: input.parameters }),
    ...(input.mirror != null && { mirror: input.mirror }),
    reach: 'any',
  }
}

/** `/` and `provider/` speak of many models: nobody can ask for one by such a name, and a policy of that name would go. */
export function checkName({ kind, source }: Definition): void {
  if (kind === 'policy' || !/^[^/]*\/$/.test(source)) return
  refuse(
    'invalid_value',
    `"${source}" speaks of many models, a redirect has the name of one: name it, or leave the target out for an access policy`,
    { param: 'source' },
  )
}

function checkSeen(name: string, param: string): void {
  const char = UNSEEN.exec(name)?.[0].codePointAt(0)
  if (char === undefined) return
  const code = `U+${char.toString(16).toUpperCase().padStart(4, '0')}`
  refuse('invalid_value', `The name has a character in it that nobody can see, ${code}: leave it out`, {
    param,
  })
}

function toPolicy(input: VirtualModelInput, userPaths: readonly UserPath[] | undefined) {
  for (const field of ['strategy', 'session_affinity', 'failover', 'parameters', 'mirror'] as const) {
    if (input[field] != null)
      refuse('invalid_value', `Field "${field}" belongs to redirects: name a target, or drop it`, {
        param: field,
      })
  }
  const [, all] = /^((?:[^/]+\/)?)\*$/.exec(input.source) ?? []
  if (all !== undefined && !input.force) {
    const text = `"${input.source}" is read as it stands, there are no patterns: write "${all || '/'}" for all models${all && ' there'}`
    refuse('invalid_value', text, { param: 'source' })
  }
  if (input.enabled && userPaths === undefined && input.reach !== 'redirect') {
    refuse(
      'invalid_value',
      'An access policy needs "user_paths" (["/"] opens the model to everybody), "reach": "redirect", or "enabled": false (closes it); for a redirect, name a target',
      { param: 'user_paths' },
    )
  }
  return {
    kind: 'policy',
    targets: [],
    strategy: 'round_robin',
    sessionAffinity: true,
    failover: true,
    reach: input.reach ?? 'any',
  } as const
}

function toTargets(input: VirtualModelInput): readonly RedirectTarget[] {
  const single = input.target_model ?? ''
  const several = (input.targets ?? []).map(({ model, provider, weight }) => ({
    name: provider === undefined ? model : `${provider}/${model}`,
    weight,
  }))
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
