import { textsOf, type Values, wordOf } from '../foreign.ts'
import type { Converting } from './imported.ts'

/** What a key may do moves; the key itself cannot, because only its hash is kept. */
export function toImportedKey(
  key: Values,
  rename: (name: string) => string,
  remark: Converting['remark'],
): Values[] {
  const name = wordOf(key.name) ?? wordOf(key.id) ?? 'imported'
  const what = `key "${name}"`
  const expires = wordOf(key.expires_at)
  const isOver = expires !== undefined && Date.parse(expires) <= Date.now()
  if (key.enabled === false || key.active === false || wordOf(key.deactivated_at) !== undefined || isOver) {
    remark(what, 'left out: it does not work any more')
    return []
  }
  if (key.dashboard_access === true)
    remark(`${what} dashboard_access`, 'not converted: the master key operates')
  remark(what, 'gets a new secret: callers need it')
  const models = textsOf(key.allowed_models).map(rename)
  const labels = textsOf(key.labels)
  return [
    {
      name,
      ...(wordOf(key.description) !== undefined && { description: wordOf(key.description) }),
      ...(wordOf(key.user_path) !== undefined && { user_path: wordOf(key.user_path) }),
      ...(models.length > 0 && { allowed_models: models }),
      ...(labels.length > 0 && { labels: Object.fromEntries(labels.map(label => [label, ''])) }),
      ...(expires !== undefined && { expires_at: expires }),
    },
  ]
}
