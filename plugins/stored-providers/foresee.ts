import type { Foreseen, Foretold } from '../../src/contract/foreseen.ts'
import type { Host } from '../../src/contract/plugin.ts'
import type { Database } from '../../src/database/open.ts'
import { createMaking } from './making.ts'
import { readRows } from './rows.ts'
import type { Vault } from './vault.ts'

interface ForeseeOptions {
  readonly host: Pick<Host, 'shelf' | 'fetch' | 'now' | 'log' | 'providers'>
  /** Opened to be read. */
  readonly db: Database
  /** With the keys that open what is sealed there. */
  readonly vault: Vault
}

/** The providers that a start would make of what is stored, and why it could not make others. */
export async function foresee({ host, db, vault }: ForeseeOptions): Promise<Foreseen> {
  const making = createMaking({ host, vault })
  const isHidden = (name: string) => {
    const declared = host.providers().get(name)
    return declared !== undefined && declared.standIn !== true
  }
  const rows = (await readRows(db)).filter(({ name, enabled }) => enabled && !isHidden(name))
  const all = await Promise.all(rows.map(making.make))
  return {
    providers: all.flatMap(({ provider }) => provider ?? []),
    troubles: all.flatMap(({ stored: { name }, trouble }): Foretold[] =>
      trouble === undefined
        ? []
        : [{ about: `provider ${name}`, text: `It would not serve. ${trouble}`, isBad: true }],
    ),
  }
}
