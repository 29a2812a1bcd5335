import { eq } from 'drizzle-orm'
import { toSnake } from '../../src/config/shape.ts'
import type { ProviderType } from '../../src/contract/provider.ts'
import type { Database } from '../../src/database/open.ts'
import { refuse } from '../../src/errors.ts'
import { check } from '../../src/request/check.ts'
import type { Definitions, History } from '../history/model.ts'
import { destinationOf } from './destination.ts'
import { checkAddress, checkName, providerInput } from './input.ts'
import { KIND, type Sealed, type StoredProvider, type StoredState } from './model.ts'
import { readRows } from './rows.ts'
import { storedProviders } from './schema.ts'
import { fieldsOf, readSettings } from './settings.ts'
import { aboutOf, type Vault } from './vault.ts'

export interface StoreOptions {
  readonly db: Database
  readonly history: Pick<History, 'define'>
  readonly vault: Vault
  readonly now: () => number
  /** Refuses where there is none of this name. */
  readonly typeOf: (name: string) => ProviderType
  /** What configures a provider of this name outside of the dashboard; undefined where nothing does. */
  readonly declared: (name: string) => readonly string[] | undefined
  readonly onChange: (all: readonly StoredProvider[]) => Promise<void>
}

export interface Store extends Definitions<StoredProvider> {
  /** What would be stored; refuses what cannot be. */
  read(name: string, input: unknown): Promise<StoredProvider>
}

/** The providers that operators have added, each with its history. Secrets are sealed before anything else sees them. */
export async function openStore({ db, history, onChange, ...desk }: StoreOptions): Promise<Store> {
  let present: ReadonlyMap<string, StoredProvider> = new Map()
  const read = (name: string, input: unknown) =>
    readProvider(name, input, { ...desk, before: present.get(name) })
  const definitions = await history.define<StoredProvider, StoredState>({
    kind: KIND,
    listedAt: '/admin/stored-providers',
    place: name => `/providers/edit?${new URLSearchParams({ name })}`,
    declared: [],
    load: () => readRows(db),
    read,
    toState: ({ type, enabled, settings, secrets }) => ({ type, enabled, settings, secrets }),
    shown: toShown,
    put: (name, definition, version) =>
      db
        .insert(storedProviders)
        .values({ name, definition, version })
        .onConflictDoUpdate({ target: storedProviders.name, set: { definition, version } }),
    drop: name => [db.delete(storedProviders).where(eq(storedProviders.name, name))],
    async onChange(all) {
      present = new Map(all.map(each => [each.name, each]))
      await onChange(all)
    },
  })
  return { ...definitions, read }
}

/** A provider as history and operators see it: of its secrets only when they were typed. */
export function toShown({ type, enabled, settings, secrets }: StoredState) {
  const named = Object.entries(settings).map(([setting, value]) => [toSnake(setting), value] as const)
  const times = Object.entries(secrets).map(
    ([setting, { setAt }]) => [toSnake(setting), new Date(setAt).toISOString()] as const,
  )
  return { type, enabled, ...Object.fromEntries(named), secrets: Object.fromEntries(times) }
}

interface Desk extends Pick<StoreOptions, 'vault' | 'now' | 'typeOf' | 'declared'> {
  readonly before: StoredProvider | undefined
}

function checkDeclared(name: string, configuredBy: readonly string[] | undefined): void {
  if (configuredBy !== undefined)
    refuse('conflict', `Provider "${name}" is configured by ${configuredBy.join(', ')}: change it there`, {
      param: 'name',
    })
}

async function readProvider(name: string, input: unknown, desk: Desk): Promise<StoredProvider> {
  checkName(name)
  checkDeclared(name, desk.declared(name))
  const { said, isPutBack } = withoutTimes(input)
  const { type: typeName, enabled, ...rest } = check(providerInput, said)
  const type = desk.typeOf(typeName)
  const read = readSettings(type, rest)
  checkAddress(read.baseUrl)
  const settings: Record<string, string | readonly string[]> = {}
  const secrets: Record<string, Sealed> = {}
  for (const { setting, isSecret } of fieldsOf(type)) {
    const value = read[setting]
    if (value !== undefined && !isSecret) settings[setting] = value
  }
  for (const { setting, name: field } of fieldsOf(type).filter(({ isSecret }) => isSecret)) {
    const place = { name, setting, field, destination: destinationOf({ type: typeName, settings }) }
    const typed = read[setting]
    const kept = () => (rest[field] === null ? undefined : keep(place, desk))
    const sealed = typeof typed === 'string' ? await seal(typed, place, desk) : await kept()
    if (sealed !== undefined) secrets[setting] = sealed
  }
  const lacks = isPutBack ? undefined : type.missing({ ...settings, ...withWords(secrets) }, toSnake)
  if (lacks !== undefined)
    refuse('invalid_value', `A provider of type "${typeName}" needs more: set ${lacks}`)
  return { name, version: 0, type: typeName, enabled, settings, secrets }
}

/** An old version tells when its secrets were typed, not what they were: what there is now stays. */
function withoutTimes(input: unknown): { readonly said: unknown; readonly isPutBack: boolean } {
  const { secrets, ...said } = (input ?? {}) as Readonly<Record<string, unknown>>
  return typeof secrets === 'object' && secrets !== null
    ? { said, isPutBack: true }
    : { said: input, isPutBack: false }
}

/** Whether a secret is there is all that may be asked of it. */
const withWords = (secrets: Readonly<Record<string, Sealed>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.keys(secrets).map(setting => [setting, 'sealed']))

interface Place {
  readonly name: string
  readonly setting: string
  readonly field: string
  /** What may be sent there only. */
  readonly destination: string
}

async function seal(typed: string, { field, ...place }: Place, { vault, now }: Desk): Promise<Sealed> {
  if (!vault.canSeal)
    refuse(
      'conflict',
      'Nothing here can keep a secret yet: set SECRETS_KEY (openssl rand -base64 32 makes one) or MODELWAY_MASTER_KEY, and start again',
      { param: field },
    )
  return { box: await vault.seal(typed, aboutOf(place)), setAt: now() }
}

/** A secret that is not typed again stays, sealed by the present key, unless it would now go to somebody else. */
async function keep({ field, ...place }: Place, { before, vault }: Desk): Promise<Sealed | undefined> {
  const sealed = before?.secrets[place.setting]
  if (before === undefined || sealed === undefined) return undefined
  if (destinationOf(before) !== place.destination)
    refuse('invalid_value', `Field "${field}": it was typed for another address: type it anew for this one`, {
      param: field,
    })
  const opened = await vault.open(sealed.box, aboutOf(place))
  if (opened === undefined || !opened.isByFormer) return sealed
  return { ...sealed, box: await vault.seal(opened.secret, aboutOf(place)) }
}
