import type { Log } from './log.ts'

/** An error that the log has told. */
export interface Fault {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Where it happened, a hook or an address, or else what the log says of it. */
  readonly what: string
  /** The `x-request-id` of the call. */
  readonly id?: string
}

/** Counts what goes wrong, by plugin, where it is logged: what goes well passes nothing of this. */
export interface Faults {
  /** The log of a plugin, or of the gateway, which names the plugin that is to blame as a fact. */
  watch(log: Log, plugin?: string): Log
  of(plugin: string): { readonly count: number; readonly since: number; readonly last?: Fault }
}

export function createFaults(now: () => number): Faults {
  const since = now()
  const counts = new Map<string, { count: number; last: Fault }>()
  return {
    watch: (log, own) => ({
      ...log,
      error(message, facts = {}) {
        const { plugin = own, place = message, id } = facts
        if (typeof plugin === 'string') {
          const count = (counts.get(plugin)?.count ?? 0) + 1
          const last = { at: now(), what: String(place), ...(typeof id === 'string' && { id }) }
          counts.set(plugin, { count, last })
        }
        log.error(message, facts)
      },
    }),
    of: plugin => ({ count: 0, ...counts.get(plugin), since }),
  }
}
