/** Runs inside Redis, whole or not at all. */
export type Script = (keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>

/** Whoever keeps something in Redis, and has to bring it there anew after each loss. */
export interface User {
  /** What happens while Redis is away, in words that follow "until it is back". */
  readonly meanwhile: string
  /** Calls fail without it. */
  readonly isNeeded: boolean
  /** A connection is there; it counts once this is done. */
  begin(): Promise<void>
  /** It is gone, and with it whatever has not been answered. */
  lost(): void
}

/**
 * One connection, over which commands arrive in the order in which they were sent. While there is none all that is sent
 * fails at once, and what is not answered in time ends it.
 */
export interface Connection {
  isUp(): boolean
  script(text: string): Script
  /** During `setup`. */
  serve(user: User): void
}

/** What the plugin `redis` offers to others. */
export interface Redis {
  /** Absent where no address is set. */
  readonly connection?: Connection
  /** What all keys begin with. */
  readonly prefix: string
  /** How often the connection was lost. */
  losses(): number
}
