import type { Provider } from '../../../src/contract/provider.ts'
import type { ProviderDesk, ProviderStatus } from '../model.ts'
import type { Tested } from '../test-calls.ts'

/** One provider as the page shows it. */
export interface Upstream {
  readonly provider: Provider
  readonly status: ProviderStatus
  readonly troubles: readonly string[]
  readonly tested: Tested | undefined
  /** Ids to choose from for a test call. */
  readonly ids: readonly string[]
}

export interface ProvidersData {
  readonly upstreams: readonly Upstream[]
  readonly nextRefresh: number
  readonly now: number
  readonly configFile: string | undefined
  readonly desk: ProviderDesk | undefined
}
