import { randomToken } from '../../src/base/runtime.ts'
import type { JsonObject } from '../../src/types.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type {
  Definition,
  RedirectTarget,
  Snapshot,
  TargetView,
  VirtualModel,
  VirtualModels,
  VirtualModelView,
} from './model.ts'
import type { Reach } from './reading/reach.ts'
import { exampleOf } from './reading/scopes.ts'
import { redirectOf } from './reading/snapshot.ts'

interface ViewsDeps {
  readonly current: () => Snapshot
  readonly reach: Reach
  readonly lists: ModelLists
  readonly openByDefault: boolean
}

/** The reading half of `VirtualModels`. */
export function createViews({
  current,
  reach,
  lists,
  openByDefault,
}: ViewsDeps): Omit<VirtualModels, 'save' | 'remove' | 'stated' | 'reread'> {
  // Revisions begin anew with each start; what is declared or listed may have changed in between.
  const start = randomToken(6)
  const isMissing = (name: string) => reach.isListed(name) === false
  const policyOf = (source: string): VirtualModel | undefined => {
    const model = current().all.get(source)
    return model?.kind === 'policy' ? model : undefined
  }
  return {
    isMissing,
    exampleCaller: source => exampleOf(current().all.get(source)),
    lost() {
      const snapshot = current()
      return [...snapshot.all.values()]
        .filter(({ source }) => redirectOf(snapshot, source) !== undefined)
        .map(({ source, targets, mirror }) => ({
          source,
          // Inside its own targets a redirect's name means the real model that it shadows.
          targets: [
            ...targets
              .map(({ name }) => name)
              .filter(
                name => (name === source || redirectOf(snapshot, name) === undefined) && isMissing(name),
              ),
            ...(mirror !== undefined && isMissing(mirror.model) ? [mirror.model] : []),
          ],
        }))
        .filter(({ targets }) => targets.length > 0)
        .sort((a, b) => (a.source < b.source ? -1 : 1))
    },
    leadingTo: names =>
      [...current().all.values()]
        .filter(({ targets }) => targets.some(({ name }) => names.includes(name)))
        .map(({ source, enabled }) => ({ source, enabled }))
        .sort((a, b) => (a.source < b.source ? -1 : 1)),
    accessTo(provider, id) {
      const bare = reach.scopeOf(id) === 'bare' ? policyOf(id) : undefined
      const policy = policyOf(`${provider}/${id}`) ?? policyOf(`${provider}/`) ?? bare ?? policyOf('/')
      return { policy: policy && toView(current(), policy, reach), isOpenByDefault: openByDefault }
    },
    views: async () => {
      const snapshot = current()
      return [...snapshot.all.values()]
        .map(model => toView(snapshot, model, reach))
        .sort((a, b) => (a.source < b.source ? -1 : 1))
    },
    view(source) {
      const model = current().all.get(source)
      return model && toView(current(), model, reach)
    },
    revision: () => `"${start}.${current().revision}.${lists.revision()}"`,
  }
}

const toTargetView = ({ name, weight, userPaths }: RedirectTarget): TargetView => ({
  model: name,
  weight,
  ...(userPaths && { user_paths: userPaths }),
})

/** A virtual model as the admin API and the dashboard show it. */
export function toView(snapshot: Snapshot, model: VirtualModel, reach: Reach): VirtualModelView {
  const shared = {
    source: model.source,
    kind: model.kind,
    description: model.description,
    enabled: model.enabled,
    managed: model.managed,
    ...(model.declaredIn !== undefined && { declared_in: model.declaredIn }),
    version: model.version,
    updated_at: new Date(model.updatedAt).toISOString(),
    ...(model.userPaths && { user_paths: model.userPaths }),
  }
  if (model.kind === 'policy') {
    const scope = reach.scopeOf(model.source)
    const isMatching = scope === 'all' || scope === 'provider' || reach.isListed(model.source) !== false
    return { ...shared, reach: model.reach, scope_kind: scope, valid: isMatching }
  }
  const resolved = reach.resolve(snapshot, model)
  return {
    ...shared,
    ...(model.targets.length === 1 && { target_model: model.targets[0]!.name }),
    targets: model.targets.map(toTargetView),
    strategy: model.strategy,
    affinity: model.affinity,
    session_affinity: model.affinity === 'session',
    failover: model.failover,
    ...(model.parameters && { parameters: model.parameters }),
    ...(model.mirror && { mirror: model.mirror }),
    valid: resolved !== undefined,
    ...(resolved !== undefined && { resolved_model: resolved }),
    shadows: reach.isListed(model.source) === true,
  }
}

/** What the operator said, in the shape of `PUT /admin/virtual-models`: what history keeps, and can be saved again. */
export function toRecord(definition: Definition): JsonObject {
  const { source, kind, description, enabled, userPaths, reach } = definition
  const shared = { source, description, enabled, ...(userPaths && { user_paths: userPaths }) }
  if (kind === 'policy') return { ...shared, reach }
  return {
    ...shared,
    targets: definition.targets.map(toTargetView),
    strategy: definition.strategy,
    // Only what that word cannot say needs another one: versions from before there was one read the same.
    session_affinity: definition.affinity === 'session',
    ...(definition.affinity === 'caller' && { affinity: definition.affinity }),
    failover: definition.failover,
    ...(definition.parameters && { parameters: definition.parameters }),
    ...(definition.mirror && { mirror: definition.mirror }),
  }
}
