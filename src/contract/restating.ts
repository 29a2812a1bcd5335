import type { Setting } from './inventory.ts'

/** Settings that operators have stored, by name, each as the config file would say it: `breaker.pause` is `30s`. */
export type Stored = Readonly<Record<string, unknown>>

/** Settings that operators store while the gateway runs, and how one with other settings takes its place. */
export interface Restating {
  /** What was stored when this gateway was built. */
  readonly stored: Stored
  /** What of it cannot hold any more, and why. */
  readonly unfit: ReadonlyMap<string, string>
  /** What all settings would be with these, without asking plugins what goes together. @throws ConfigError */
  draft(stored: Stored): readonly Setting[]
  /** Whether a gateway could be built with these. @throws ConfigError with every mistake that is in the way */
  judge(stored: Stored): Promise<void>
  /**
   * Builds a gateway with what is stored now, and lets it take over: what runs is finished by the one before. False where
   * that was not possible; the log says why. Whatever writes at the moment is waited for, but for what runs `aside`.
   */
  takeOver(): Promise<boolean>
  /** The same, where another gateway on the database has made the change. */
  follow(): Promise<void>
  /** For a write that waits for `takeOver`. */
  aside<T>(write: () => Promise<T>): Promise<T>
}
