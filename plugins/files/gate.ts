import type { Host } from '../../src/contract/plugin.ts'
import type { Provider } from '../../src/contract/provider.ts'
import { Refusal, refuse } from '../../src/errors.ts'
import { isOperator, type Scoped } from '../../src/exchange.ts'
import { topLevel } from '../../src/request/json.ts'
import { refuseUnrouted } from '../../src/request/route.ts'
import type { JsonObject, Route, Target } from '../../src/types.ts'
import type { Access } from '../access/model.ts'
import type { Owners } from './book.ts'
import { keeps } from './choose.ts'
import { checkForeign } from './foreign.ts'
import { checkKept } from './kept.ts'
import type { Gate, Inside, NamedModel, Place } from './model.ts'
import { referenceIn } from './references.ts'

type Deciding = Pick<Host, 'decide' | 'providers'> &
  Pick<Access, 'namedBeside'> & {
    readonly owners: Owners
    /** A redirect that sets how its model is asked. */
    readonly isSetting: (source: string) => boolean
  }

/** What a name leads to, by provider; first come, first served. */
interface Known {
  readonly where: string
  readonly targets: ReadonlyMap<string, Target>
}

/**
 * Access holds inside of files and batches as well: every model that is named there is decided upon as if it were
 * called, and all of them must lead to the one provider that gets the whole. What they refer to must be the caller's.
 */
export function createGate(
  { decide, providers, owners, isSetting, namedBeside }: Deciding,
  x: Scoped,
  named: string | undefined,
): Gate {
  const known = new Map<string, Known>()
  const own = once(owners)
  const isFree = isOperator(x)
  let candidates: readonly string[] | undefined

  const isPossible = (name: string): boolean => {
    const provider = providers().get(name)
    if (named !== undefined) return name === named
    return provider !== undefined && keeps(provider, 'batch')
  }

  async function take(name: string, where: string): Promise<void> {
    if (known.has(name)) return
    const facts = { caller: x.caller, userPath: x.userPath, dry: false, trace: undefined }
    const route = await decide(name, facts)
    if (route.targets.length === 0) at(where, () => refuseUnrouted(route, x.userPath))
    const source = route.targets[0]?.via[0]?.source
    if (source !== undefined && isSetting(source))
      refuse('invalid_request', `${where}: "${source.slice(0, 200)}" ${SETS}`, { param: 'model' })
    const targets = new Map<string, Target>()
    for (const target of route.targets)
      if (!targets.has(target.provider)) targets.set(target.provider, target)
    const possible = (candidates ?? [...targets.keys()].filter(isPossible)).filter(one => targets.has(one))
    if (possible.length === 0) refuseStray(route, where, candidates)
    candidates = possible
    known.set(name, { where, targets })
  }

  function look({ text, json, holder }: Inside, where: string): Promise<void> | undefined {
    const inner = json[holder] as JsonObject
    const field = isFree ? undefined : referenceIn({ json: inner, text: () => only(text, holder).value })
    if (field !== undefined) refuse('invalid_request', `${where}: "${field}" ${NO_STATE}`, { param: field })
    // Whether they are open cannot be told before all lines have said which provider gets them.
    if (!isFree && namedBeside(inner).length > 0)
      refuse('invalid_request', `${where}: ${BESIDE}`, { param: 'models' })
    if (!isFree) checkKept(text, `${where}: `)
    return checkForeign({ text, json }, own, x.userPath, `${where}: `)
  }

  function refuseStray(
    { asked, targets }: Route,
    where: string,
    before: readonly string[] | undefined,
  ): never {
    const to = list(targets.map(({ provider }) => provider))
    const other =
      before === undefined
        ? named === undefined
          ? 'which takes no batches'
          : `not to "${named}"`
        : `the ones before it to ${list(before)}: all must lead to one provider`
    return refuse(
      'invalid_request',
      `${where}: model "${asked.slice(0, 200)}" leads to provider ${to}, ${other}`,
      {
        param: 'model',
      },
    )
  }

  function provider(): Provider {
    const [name] = candidates ?? []
    if (name === undefined) refuse('invalid_request', 'There is no request in it: send at least one')
    return providers().get(name)!
  }

  const targetOf = (name: string): Target => known.get(name)!.targets.get(provider().name)!
  const modelOf = (name: string): string => targetOf(name).model

  return {
    take,
    look,
    provider,
    modelOf,
    aim() {
      const [asked = ''] = known.keys()
      return { ...targetOf(asked), asked }
    },
    models: () =>
      [...known].map(([asked, { where }]): NamedModel => ({ asked, model: modelOf(asked), where })),
  }
}

const NO_STATE = 'cannot stand in a batch: send what was said before as "input"'

const BESIDE = 'models beside its own cannot stand in a batch: leave "models" and "fallbacks" out'

const SETS = 'sets parameters, and what is in a batch goes on as it is: name another model'

/** The same file may be named by every request: it is looked up once. */
function once({ foreign }: Owners): Owners {
  const known = new Set<string>()
  return {
    foreign(ids, userPath) {
      const fresh = ids.filter(id => !known.has(id))
      for (const id of fresh) known.add(id)
      return foreign(fresh, userPath)
    },
  }
}

const list = (names: readonly string[]): string => [...new Set(names)].map(name => `"${name}"`).join(' or ')

/** Says of a refusal where its cause stands; whatever it was, here the caller has sent something that cannot be taken. */
export function at<T>(where: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { message, param } = error
    throw new Refusal('invalid_request', `${where}: ${message}`, param === undefined ? {} : { param })
  }
}

/** Where a request inside names its model. Two of a name would let one be checked and another one serve. */
export function placeOf(request: string, holder: 'body' | 'params'): Place {
  const outer = only(request, holder)
  const inner = outer.value
  if (!inner.startsWith('{'))
    refuse('invalid_request', `Field "${holder}" must be an object`, { param: holder })
  const { start, end, value: name } = only(inner, 'model')
  const value: unknown = JSON.parse(name)
  if (typeof value !== 'string' || value.trim() === '')
    refuse('invalid_request', `Field "${holder}.model" must be a string that is not empty`, {
      param: 'model',
    })
  return { name: value.trim(), start: outer.start + start, end: outer.start + end }
}

function only(text: string, field: string) {
  const [member, ...others] = topLevel(text).filter(({ key }) => key.toLowerCase() === field)
  if (member === undefined || member.key !== field)
    return refuse('invalid_request', `Field "${field}" is missing`, { param: field })
  if (others.length > 0) refuse('invalid_request', `Field "${field}" stands there twice`, { param: field })
  return { ...member, value: text.slice(member.start, member.end) }
}
