import { presetInWords } from '../../../src/contract/preset.ts'
import { Few } from '../../../views/few.tsx'
import { ForPaths } from '../../../views/for-paths.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Name } from '../../../views/name.tsx'
import type { VirtualModelView } from '../model.ts'
import { percentOf } from '../rows/mirror.ts'
import { targetsOf } from './rows.ts'
import { strategyNames } from './targets.tsx'

/** Targets with their shares, and where the redirect really leads when a target is not a model itself. */
export function Goal({ view }: { view: VirtualModelView }) {
  const targets = targetsOf(view)
  // Whom a target names gets it first, so that shares are those of the rest.
  const shared = targets.filter(({ user_paths: paths }) => paths === undefined)
  const sum = shared.reduce((total, { weight }) => total + weight, 0)
  const isShared = shared.length > 1 && view.strategy === 'round_robin'
  return (
    <div class="goal">
      <ul>
        {targets.map(({ model, weight, user_paths: paths }) => (
          <li>
            <Icon name="arrow" />
            <div>
              <Name class="mono" text={model} />
              {paths !== undefined && <ForPaths paths={paths} />}
            </div>
            {isShared && paths === undefined && (
              <span class="share" title={`Weight ${weight}`}>
                {Math.round((weight / sum) * 100)} %
              </span>
            )}
          </li>
        ))}
      </ul>
      {targets.length > 1 && view.strategy !== undefined && view.strategy !== 'round_robin' && (
        <p class="about">{strategyNames[view.strategy]}</p>
      )}
      {view.mirror !== undefined && (
        <p class="about">
          mirrored to <Name class="mono" text={view.mirror.model} />, {percentOf(view.mirror.share)} %
        </p>
      )}
      {view.parameters !== undefined && <p class="about">asked with {presetInWords(view.parameters)}</p>}
      {!view.valid && (
        <p class="warning">
          <Icon name="alert" />
          No such model now
        </p>
      )}
      {view.valid &&
        targets.length === 1 &&
        view.resolved_model !== undefined &&
        view.resolved_model !== targets[0]!.model && (
          <p class="about">
            now <Name class="mono" text={view.resolved_model} />
          </p>
        )}
    </div>
  )
}

const covers = {
  all: 'covers all models',
  provider: 'covers one provider',
  model: 'covers one model',
  bare: 'covers this model on any provider',
} as const

export const Cover = ({ view }: { view: VirtualModelView }) => (
  <div class="goal">
    <span class="muted">{covers[view.scope_kind ?? 'model']}</span>
    {!view.valid && (
      <p class="warning">
        <Icon name="alert" />
        Matches nothing now
      </p>
    )}
  </div>
)

/** Who may use a redirect, or what a policy covers. */
export function Who({ view, by }: { view: VirtualModelView; by?: string }) {
  const paths = view.user_paths ?? []
  const note = by !== undefined && (
    <p class="about">
      by policy <Name class="mono" text={by} />
    </p>
  )
  if (view.kind === 'policy' && !view.enabled) return <div>Nobody{note}</div>
  const through = view.reach === 'redirect' && <p class="about">only through a redirect</p>
  if (paths.length === 0 || paths.includes('/'))
    return (
      <div>
        Everybody{through}
        {note}
      </div>
    )
  return (
    <div>
      <Few names={paths} />
      {through}
      {note}
    </div>
  )
}

export const Default = ({ isOpen }: { isOpen: boolean | undefined }) => (
  <span class="muted" title="No policy covers it: MODELS_ENABLED_BY_DEFAULT decides">
    {isOpen === undefined ? 'By default' : isOpen ? 'Everybody' : 'Nobody, by default'}
  </span>
)

/** A policy that is off closes what it covers, so it is not simply “off”. */
export const wordOf = ({ kind, enabled }: VirtualModelView): string =>
  kind === 'redirect' ? (enabled ? 'On' : 'Off') : enabled ? 'Open' : 'Closed'
