import { Refusal } from '../../../src/errors.ts'
import { shorten } from '../../../views/name.tsx'
import type { ModelsDesk } from './desk.ts'

/** What somebody else did to a row while a form about it was open. */
export type Meanwhile = 'taken' | 'deleted' | 'changed'

/** Why a write was refused, if that is because the row is another one than was seen; `seen` is absent for a new one. */
export function meanwhile(
  error: unknown,
  seen: { readonly source: string; readonly version: number } | undefined,
  { find }: Pick<ModelsDesk, 'find'>,
): Meanwhile | undefined {
  if (!(error instanceof Refusal) || (error.code !== 'version_conflict' && error.code !== 'not_found'))
    return undefined
  if (seen === undefined) return error.code === 'version_conflict' ? 'taken' : undefined
  const now = find(seen.source)
  if (now === undefined) return 'deleted'
  return now.version === seen.version ? undefined : 'changed'
}

/** The same, in the words of a form. */
export function conflict(what: Meanwhile, source: string): Refusal {
  const name = shorten(source)
  if (what === 'taken') {
    const message = `“${name}” exists already: edit it instead, or choose another name`
    return new Refusal('conflict', message, { param: 'source' })
  }
  return new Refusal(
    'version_conflict',
    what === 'deleted'
      ? `“${name}” was deleted by somebody else while this form was open. Nothing is saved: you can create it anew, as it stands here`
      : `“${name}” was changed by somebody else while this form was open: close it and look again`,
  )
}
