/**
 * What plugins import as `modelway`: this very installation, wherever the plugin is. Components for their pages are in
 * `modelway/views`. Our own plugins import the files themselves.
 */

export type { Copy, Copying } from './ask/copy.ts'
export { type Api, type ApiCall, answerJson, defineApi, restOf } from './contract/api.ts'
export type { Dialect, Endpoint, Lens, Said, Talk, Toward, Turn } from './contract/dialect.ts'
export type { Example } from './contract/example.ts'
export type { Foreseen } from './contract/foreseen.ts'
export type { Member, Origin, Setting } from './contract/inventory.ts'
export type * from './contract/model.ts'
export {
  type ActionResult,
  type CallerPage,
  type CallerPageRequest,
  defineCallerPage,
  definePage,
  type Form,
  type Page,
  type PageRequest,
  type Visitor,
} from './contract/page.ts'
export type { Aim, Passage, PassageCall } from './contract/passage.ts'
export {
  type Channel,
  createChannel,
  createGathering,
  type Gathering,
  type Peers,
} from './contract/peers.ts'
export {
  definePlugin,
  type Hear,
  type Hooks,
  type Host,
  type Parts,
  type Plugin,
  type Waiting,
} from './contract/plugin.ts'
export type { Preset, Shaped, Tell } from './contract/preset.ts'
export type {
  CallFacts,
  NativeFacts,
  Provider,
  ProviderShelf,
  ProviderType,
  UpstreamCall,
} from './contract/provider.ts'
export type { Question } from './contract/question.ts'
export {
  bytes,
  csv,
  duration,
  type EnvNames,
  type FileSection,
  flag,
  text,
  whole,
} from './contract/settings.ts'
export type { Tick } from './contract/ticks.ts'
export type { Translation } from './contract/translation.ts'
export type { Database, DatabaseAddress } from './database/open.ts'
export { type Code, codes, Refusal, type RefusalOptions, refuse } from './errors.ts'
export type {
  Attempted,
  Deciding,
  Identified,
  Ordering,
  Parsed,
  Received,
  Routed,
  Scoped,
  Settled,
  Spent,
} from './exchange.ts'
export type { Log } from './log.ts'
export { check } from './request/check.ts'
export { isInside } from './scope/user-path.ts'
export { createOffers, KEY_IN_FETCH } from './translate/offers.ts'
export type * from './types.ts'
export { type ModelProvider, modelProvider } from './vendors/model-provider.ts'
export { type OpenAICompatible, openaiCompatible } from './vendors/openai-compatible.ts'
