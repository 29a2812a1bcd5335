import type { Log } from '../log.ts'

/** A line of the log that somebody else is to write. */
export interface Said {
  readonly level: keyof Log
  readonly message: string
  readonly facts?: Readonly<Record<string, unknown>>
}

/** A log that writes nothing: it keeps what it is told until that is taken. */
export function createNotes(): { readonly log: Log; take(): readonly Said[] } {
  let said: Said[] = []
  const keep =
    (level: keyof Log): Log[keyof Log] =>
    (message, facts) =>
      void said.push({ level, message, ...(facts && { facts }) })
  return {
    log: { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') },
    take() {
      const taken = said
      said = []
      return taken
    },
  }
}

/** Writes what several have said; what they all say, once. */
export function sayOnce(said: readonly Said[], log: Log): void {
  const lines = new Map(said.map(line => [JSON.stringify(line), line]))
  for (const { level, message, facts } of lines.values()) log[level](message, facts)
}
