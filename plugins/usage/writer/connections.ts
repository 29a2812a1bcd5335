import { openDatabase } from '../../../src/database/open.ts'
import { openStore, type Store } from './store.ts'

/** An open database, as long as somebody uses it. */
export interface Connection {
  readonly store: Store
  /** `isBroken`: nobody should use it any longer. */
  close(isBroken?: boolean): void
}

interface Shared {
  readonly opening: Promise<Connection>
  users: number
  isClosed: boolean
}

/**
 * One connection for all clerks of the thread that write to the same database: they overlap while a reload is under
 * way. Who has trouble closes it for all; the others notice, and open it anew.
 */
export function createConnections(): (url: string, authToken?: string) => Promise<Connection> {
  const shared = new Map<string, Shared>()

  async function open(url: string, authToken?: string): Promise<Connection> {
    const database = await openDatabase(url, authToken)
    return { store: openStore(database.db), close: () => database.close() }
  }

  return async (url, authToken) => {
    const entry = shared.get(url) ?? { opening: open(url, authToken), users: 0, isClosed: false }
    shared.set(url, entry)
    entry.users++
    const forget = () => {
      if (shared.get(url) === entry) shared.delete(url)
    }
    const connection = await entry.opening.catch(error => {
      forget()
      throw error
    })
    let isClosed = false
    return {
      store: connection.store,
      close(isBroken = false) {
        if (isClosed) return
        isClosed = true
        if (--entry.users > 0 && !isBroken) return
        // Who comes later to a broken one finds it closed.
        if (entry.isClosed) return
        entry.isClosed = true
        forget()
        connection.close()
      },
    }
  }
}
