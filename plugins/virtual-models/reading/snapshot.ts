import { presetInWords } from '../../../src/contract/preset.ts'
import type { Deciding, Step } from '../../../src/exchange.ts'
import { accessPathOf } from '../../../src/scope/access-path.ts'
import type { Dropped, Leg, Name, Route, UserPath } from '../../../src/types.ts'
import type { Snapshot, TargetInUse, VirtualModel } from '../model.ts'
import { mirrorInWords } from '../rows/mirror.ts'
import { MAX_CHAIN, MAX_LEAVES } from './graph.ts'
import { closenessOf, isThereFor } from './scopes.ts'

/** The enabled redirect with this name. */
export function redirectOf({ all }: Snapshot, name: string): VirtualModel | undefined {
  const model = all.get(name)
  return model?.kind === 'redirect' && model.enabled ? model : undefined
}

/** Puts the targets of redirects in place of their names, through chains, until only names of real models are left. */
export function expand(snapshot: Snapshot, route: Route, facts: Deciding): Route {
  const isPlain = route.names.length === 1 && facts.trace === undefined
  const only = isPlain ? onlyOf(snapshot, route.names[0]!, accessPathOf(facts)) : undefined
  if (only !== undefined)
    return { asked: route.asked, names: [only], targets: route.targets, dropped: route.dropped }
  return expandAll(snapshot, route, facts)
}

function expandAll(snapshot: Snapshot, route: Route, facts: Deciding): Route {
  if (!route.names.some(({ name }) => snapshot.all.has(name))) return route
  const { trace } = facts
  const userPath = accessPathOf(facts)
  const names: Name[] = []
  const dropped: Dropped[] = [...route.dropped]
  const walk = (name: string, via: readonly Leg[]): void => {
    if (names.length >= MAX_LEAVES) return
    const redirect = redirectOf(snapshot, name)
    const isLiteral = redirect === undefined || isPassed(name, via)
    if (isLiteral || (via.length === 0 && !isThereFor(userPath, redirect))) {
      trace?.push(step(whyLiteral(snapshot, name, via, userPath)))
      names.push({ name, via })
    } else if (isThereFor(userPath, redirect)) {
      trace?.push(
        step(`"${name}" is a redirect to ${redirect.targets.map(target => `"${target.name}"`).join(', ')}`),
      )
      // Where it is the redirect that the caller named: nothing else leads to one that sets something.
      if (redirect.parameters !== undefined && via.length === 0)
        trace?.push(
          step(`"${name}" asks with ${presetInWords(redirect.parameters)}, whatever the caller says`),
        )
      if (redirect.mirror !== undefined && via.length === 0)
        trace?.push(
          step(
            `"${name}" has a mirror: ${mirrorInWords(redirect.mirror)}, whatever policies say of it, and no caller sees its answer`,
          ),
        )
      for (const [index, target] of redirect.targets.entries()) {
        const leg = [...via, { source: name, index }]
        if (closenessOf(target, userPath) > 0) walk(target.name, leg)
        else leave(target, leg)
      }
    } else {
      const reason = `Redirect "${name}" does not exist for user path "${userPath}"`
      trace?.push(step(reason))
      dropped.push({ name, via, code: 'model_access_denied', reason })
    }
  }
  /** To its caller it is as if the redirect had no such target. */
  const leave = ({ name, userPaths = [] }: TargetInUse, via: readonly Leg[]): void => {
    const { source } = via.at(-1)!
    const reason = `Target "${name}" of "${source}" is for callers inside ${inWords(userPaths)} only, not for user path "${userPath}"`
    trace?.push(step(reason))
    dropped.push({ name, via, code: 'model_access_denied', reason, isForOthers: true })
  }
  for (const { name, via } of route.names) walk(name, via)
  return { ...route, names, dropped }
}

/** Nearly every redirect that is asked for leads to one model and no further. */
function onlyOf(snapshot: Snapshot, { name, via }: Name, userPath: UserPath): Name | undefined {
  const redirect = via.length === 0 ? redirectOf(snapshot, name) : undefined
  if (redirect?.targets.length !== 1 || !isThereFor(userPath, redirect)) return undefined
  const target = redirect.targets[0]!.name
  const isLast = target === name || redirectOf(snapshot, target) === undefined
  return isLast ? { name: target, via: [{ source: name, index: 0 }] } : undefined
}

const step = (text: string): Step => ({ plugin: 'virtual-models', text })

/** Long lists are told by their beginning. */
function inWords(paths: readonly UserPath[]): string {
  const named = paths.slice(0, 3).map(path => `"${path}"`)
  return paths.length > 3 ? `${named.join(', ')} and ${paths.length - 3} more` : named.join(' or ')
}

/** Inside its own targets a redirect's name means the real model that it shadows. */
const isPassed = (name: string, via: readonly Leg[]): boolean =>
  via.length >= MAX_CHAIN || via.some(({ source }) => source === name)

function whyLiteral({ all }: Snapshot, name: string, via: readonly Leg[], userPath: UserPath): string {
  const model = all.get(name)
  if (model?.kind !== 'redirect') return `"${name}" is read as the name of a model`
  if (!model.enabled) return `Redirect "${name}" is disabled: the name is read as that of a model`
  if (isPassed(name, via)) return `"${name}" means the model that the redirect shadows`
  return `Redirect "${name}" does not exist for user path "${userPath}": the name is read as that of a model`
}
