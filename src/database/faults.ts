import { reasonOf } from '../base/describe.ts'

const remedies: readonly (readonly [why: RegExp, remedy: string])[] = [
  [/SQLITE_(?:NOTADB|CORRUPT)/, 'restore it from a backup, or move it away to begin with an empty one'],
  [/SQLITE_FULL|ENOSPC/, 'make room on its disk'],
  [
    /SQLITE_(?:READONLY|CANTOPEN)|EACCES|EPERM|EROFS|ENOTDIR|mkdir|unable to open/i,
    'the file and its folder must be writable for the user of the gateway; DATABASE_URL says where they are',
  ],
  [/TRANSACTION_TIMEOUT/, 'others write meanwhile: stop them until it is done'],
  [/SQLITE_BUSY/, 'another process holds it: end that one, or try again'],
  [
    /ENOTFOUND|ECONNREFUSED|ETIMEDOUT|(?:unable|failed) to connect|no answer within/i,
    'start the server, or correct DATABASE_URL',
  ],
  [/TLS/, 'the address of a server without TLS is "http://HOST:PORT"'],
  [/\b40[13]\b/, 'correct DATABASE_AUTH_TOKEN'],
  [/HTTP status 5\d\d/, 'it is the server that fails: look at its log, or try again'],
  [
    /HRANA_PROTO_ERROR|HTTP status \d|JSON Parse error/,
    'what answers there is no libSQL server: correct DATABASE_URL',
  ],
]

/** The database cannot be reached, or does not answer. */
export class DatabaseAway extends Error {
  override readonly name = 'DatabaseAway'
}

/** Whether a file is no database any more, or not all of it: whoever reads it is not to blame. */
export const isDamaged = (error: unknown): boolean => /SQLITE_(?:NOTADB|CORRUPT)/.test(reasonOf(error))

/** Codes of the client where nothing is wrong with what was asked. */
const AWAY = /^(?:SERVER_ERROR|HRANA_\w+|TRANSACTION_TIMEOUT|SQLITE_(?:BUSY|LOCKED)\w*)$/
/** The same where it is there, and its disk is full, fails, or may not be written. */
const STUCK = /^SQLITE_(?:FULL|IOERR|READONLY)/

/** Whether something failed because the database is away, has no time or no room: later the same may succeed. */
export const isDatabaseAway = (error: unknown): boolean => awayReason(error) !== undefined

/** Why the same may succeed later, for whoever asked; undefined where it would fail again. */
export function awayReason(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const code = String((error as { readonly code?: unknown }).code)
  if (error instanceof DatabaseAway || AWAY.test(code))
    return 'The database does not answer: try again in a moment'
  if (STUCK.test(code)) return `The database cannot be written (${code}): try again when its disk takes it`
  return awayReason(error.cause)
}

/** Whether it can be read, and not written. */
export const isStuck = (error: unknown): boolean =>
  error instanceof Error &&
  (STUCK.test(String((error as { readonly code?: unknown }).code)) || isStuck(error.cause))

/** Whether a value is larger than the database takes: a few megabytes at some servers. */
export const isTooLarge = (error: unknown): boolean => /SQLITE_TOOBIG|too big/.test(reasonOf(error))

/** Why a database cannot be used, and what an operator can do, in one line. */
export function databaseFault(cause: unknown): string {
  const why = reasonOf(cause)
  const remedy = remedies.find(([pattern]) => pattern.test(why))?.[1]
  return remedy === undefined ? why : `${why}: ${remedy}`
}
