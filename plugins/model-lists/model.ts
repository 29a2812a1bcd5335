import type { Model } from '../../src/contract/model.ts'
import type { Host } from '../../src/contract/plugin.ts'
import type { Provider } from '../../src/contract/provider.ts'

/** What is known of one provider's models. */
export interface ProviderStatus {
  readonly name: string
  readonly type: string
  readonly base_url?: string
  /** `unknown`: no list was ever had, so every id is tried. `stale`: the last refresh failed, the list before is in use. */
  readonly state: 'fresh' | 'stale' | 'unknown' | 'configured'
  readonly models: number
  /** Time of the list in use. */
  readonly refreshed_at?: string
  /** Time of the last try to fetch it. */
  readonly tried_at?: string
  /** Why the last refresh failed. */
  readonly error?: string
}

/** Why a provider, or a model of it, is not tried now. */
export interface Trouble {
  /** Absent where it is about the whole provider. */
  readonly model?: string
  /** A sentence. */
  readonly text: string
}

/** How a provider is, in words for people. */
export interface ProviderHealth {
  readonly status: ProviderStatus
  /** It can be asked for a list. */
  readonly hasList: boolean
  /** Why its list is not what it should be, and what is used meanwhile; absent where the last refresh did not fail. */
  readonly listTrouble?: string
  /** What of it is not tried now, and why. */
  readonly resting: readonly Trouble[]
  /** Where the dashboard tells more of it, below `/dashboard`. */
  readonly place: `/${string}`
}

/** What came of asking somebody for a list. */
export interface Examined {
  /** Absent where there is none to ask for, or it could not be had. */
  readonly models?: readonly Model[]
  /** Why it could not be had, in words. */
  readonly trouble?: string
  readonly ms: number
}

/** Where operators keep providers, for the page of all of them. */
export interface ProviderDesk {
  /** The page that adds one, below `/dashboard`. */
  readonly newPlace: `/${string}`
  /** The page that changes one; undefined for those that are kept elsewhere. */
  placeOf(provider: string): `/${string}` | undefined
  /** Those that are kept and do not serve, each with why. */
  idle(): readonly {
    readonly name: string
    readonly type: string
    readonly why: string
    /** It should serve, and cannot. */
    readonly isBroken: boolean
  }[]
}

/** Every provider's models, in memory. */
export interface ModelLists {
  /** Undefined while nothing is known about the provider's models. */
  of(provider: string): ReadonlyMap<string, Model> | undefined
  /** The first provider, in stable order, that lists this id. */
  providerOf(id: string): string | undefined
  /** Fetches the lists anew: of one provider, or of all. Never throws; failures are in the status. */
  refresh(provider?: string): Promise<void>
  /** Resolves when the refreshes under way are done; undefined when there are none. */
  pending(): Promise<void> | undefined
  status(): readonly ProviderStatus[]
  /** Providers have joined since the lists were read: what the database remembers of them is read, and then asked for. */
  joined(): Promise<void>
  /** These have joined, left, or are others now: what was known of them is forgotten, and asked for anew. */
  changed(providers: readonly string[]): Promise<void>
  /** Asks somebody who need not be one of the providers for a list. Nothing is remembered, and it never throws. */
  examine(provider: Provider, fetch: Host['fetch']): Promise<Examined>
  /** Shows on the page what operators keep; during `setup`. */
  addDesk(desk: ProviderDesk): void
  /** Shows what another plugin knows of a provider's health, on the page; during `setup`. */
  addHealth(troublesOf: (provider: string) => readonly Trouble[]): void
  /** How every provider is, in the order of `status`. */
  health(): readonly ProviderHealth[]
  /** Grows whenever a list changes. */
  revision(): number
}
