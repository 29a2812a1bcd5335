import type { VirtualModelView } from '../model.ts'
import type { ProviderRow } from './rows.ts'

const MAX = 50

/** Names that a target may have and that contain what was typed: redirects first, then provider models. */
export function suggest(
  typed: string,
  views: readonly VirtualModelView[],
  provided: readonly ProviderRow[],
): string[] {
  const part = typed.trim().toLowerCase()
  const names: string[] = []
  for (const name of known(views, provided)) {
    if (name.toLowerCase().includes(part)) names.push(name)
    if (names.length === MAX) break
  }
  return names
}

function* known(views: readonly VirtualModelView[], provided: readonly ProviderRow[]): Generator<string> {
  for (const { kind, source } of views) if (kind === 'redirect') yield source
  for (const { name } of provided) yield name
}
