import type { Plugin } from '../contract/plugin.ts'
import type { Stored } from '../contract/restating.ts'
import type { Database } from '../database/open.ts'

/** What a command may use; the house around it is not its business. */
export interface World {
  readonly version: string
  /** Our own; those that the configuration names are loaded with `loadStrangers`. */
  readonly plugins: readonly Plugin[]
  readonly loadStrangers: (specs: readonly string[]) => Promise<readonly Plugin[]>
  /** The folder of the shared migrations. */
  readonly migrations: string
  /** What operators have stored of the settings. */
  readonly readStored: (db: Database) => Promise<Stored>
  /** Starts the gateway, with its own settings by field. */
  readonly serve: (flags: Readonly<Record<string, string>>) => Promise<void>
  /** Why nobody can listen there, and what to do about it; undefined where it is free. */
  readonly whyNotListen: (
    host: string,
    port: number,
  ) => Promise<readonly [why: string, mend: string] | undefined>
  /** The result, and nothing else. */
  readonly out: (text: string) => void
  /** What people should know beside it. */
  readonly note: (text: string) => void
}

/** 0 ok, 1 fault, 2 usage, 3 configuration. */
export const exits = { ok: 0, fault: 1, usage: 2, configuration: 3 } as const

/** The command was called in a way that it cannot be. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The command could not do what it was asked to do. */
export class FaultError extends Error {
  override readonly name: string = 'FaultError'
}

/** The gateway knows who asks, and does not let them: a reader, say. */
export class ForbiddenError extends FaultError {
  override readonly name = 'ForbiddenError'
}

/** The command has said everything already, and ends with this code. */
export class Exit extends Error {
  override readonly name = 'Exit'
  readonly code: number

  constructor(code: number) {
    super(`exit ${code}`)
    this.code = code
  }
}
