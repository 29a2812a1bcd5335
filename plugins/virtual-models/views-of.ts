import type { Snapshot, VirtualModel, VirtualModelView } from './model.ts'
import type { Reach } from './reach.ts'

/** A virtual model as the admin API and the dashboard show it. */
export function toView(snapshot: Snapshot, model: VirtualModel, reach: Reach): VirtualModelView {
  const shared = {
    source: model.source,
    kind: model.kind,
    description: model.description,
    enabled: model.enabled,
    managed: model.managed,
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
    targets: model.targets.map(({ name, weight }) => ({ model: name, weight })),
    strategy: model.strategy,
    session_affinity: model.sessionAffinity,
    failover: model.failover,
    valid: resolved !== undefined,
    ...(resolved !== undefined && { resolved_model: resolved }),
    shadows: reach.isListed(model.source) === true,
  }
}
