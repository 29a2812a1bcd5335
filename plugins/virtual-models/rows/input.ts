import * as v from 'valibot'
import { says } from '../../../src/contract/settings.ts'
import { refuse } from '../../../src/errors.ts'
import type { UserPath } from '../../../src/types.ts'
import { type Affinity, affinities, type Definition, strategies } from '../model.ts'
import { checkMirror, mirror } from './mirror.ts'
import { modelName, nameOrNothing } from './names.ts'
import { parameters } from './parameters.ts'
import { checkScopes, pathsOf, targets, toTargets, userPaths } from './target-input.ts'

/** Directions of writing, joiners, spaces of no width: two names that differ in them only look the same. */
const UNSEEN = /(?![\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}/u

/** The body of `PUT /admin/virtual-models`, and an entry of `VIRTUAL_MODELS`. */
export const virtualModelInput = v.strictObject({
  source: says('What callers name, or what a policy is about', modelName),
  old_source: says('Renames the one that has this source now', v.optional(modelName)),
  target_model: says(
    'The only target; empty, and without `targets`, it is an access policy',
    v.optional(nameOrNothing),
  ),
  targets: says('Several targets', v.optional(targets)),
  strategy: says(
    'Which target comes first',
    v.optional(v.picklist(strategies, `expected one of ${strategies.join(', ')}`)),
  ),
  affinity: says(
    'Who stays with one target: the calls of a `session`, which is usual, or all calls of a `caller`, to whom weights share targets out; `off`: nobody',
    v.optional(v.picklist(affinities, `expected one of ${affinities.join(', ')}`)),
  ),
  session_affinity: says(
    'What `affinity` says in one word: true is `session`, false is `off`',
    v.optional(v.boolean()),
  ),
  failover: says('The other targets are tried where one fails', v.optional(v.boolean())),
  parameters: says('How its model is asked, whatever callers say', v.nullish(parameters)),
  mirror: says('Who gets copies of its calls', v.nullish(mirror)),
  user_paths: says(
    'Who may use it: callers at these paths, and below; empty: everybody for a redirect, nobody for a policy',
    v.optional(userPaths),
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
  const userPaths = pathsOf(input)
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
  if (userPaths !== undefined) checkScopes(targets, userPaths)
  return {
    ...shared,
    kind: 'redirect',
    targets,
    strategy: input.strategy ?? 'round_robin',
    affinity: toAffinity(input),
    failover: input.failover ?? true,
    ...(input.parameters != null && { parameters: input.parameters }),
    ...(input.mirror != null && { mirror: input.mirror }),
    reach: 'any',
  }
}

function toAffinity({ affinity, session_affinity: isKept, strategy }: VirtualModelInput): Affinity {
  if (affinity !== undefined && isKept !== undefined && isKept !== (affinity === 'session'))
    refuse(
      'invalid_value',
      'Fields "affinity" and "session_affinity" contradict each other: send "affinity" only',
      { param: 'session_affinity' },
    )
  if (affinity === 'caller' && strategy !== undefined && strategy !== 'round_robin')
    refuse(
      'invalid_value',
      `Affinity "caller" shares targets out by weight, and strategy "${strategy}" knows none: take "round_robin", or another affinity`,
      { param: 'affinity' },
    )
  return affinity ?? (isKept === false ? 'off' : 'session')
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
  for (const field of [
    'strategy',
    'affinity',
    'session_affinity',
    'failover',
    'parameters',
    'mirror',
  ] as const) {
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
    affinity: 'session',
    failover: true,
    reach: input.reach ?? 'any',
  } as const
}
