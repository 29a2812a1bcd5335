/**
 * What plugins import as `modelway`: this very installation, wherever the plugin is. Components for their pages are in
 * `modelway/views`. Our own plugins import the files themselves.
 */
export { type Api, type ApiCall, answerJson, defineApi, restOf } from './api.ts'
export type { Copy, Copying } from './copy.ts'
export type { Database, DatabaseAddress } from './database/open.ts'
export type { Dialect, Endpoint, Lens, Talk, Turn } from './dialect.ts'
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
export type { Member, Origin, Setting } from './inventory.ts'
export type { Log } from './log.ts'
export type * from './model.ts'
export { type ActionResult, definePage, type Form, type Page, type PageRequest } from './page.ts'
export type { Aim, Passage, PassageCall } from './passage.ts'
export {
  type Channel,
  createChannel,
  createGathering,
  type Gathering,
  type Peers,
} from './peers.ts'
export {
  definePlugin,
  type Hear,
  type Hooks,
  type Host,
  type Parts,
  type Plugin,
  type Waiting,
} from './plugin.ts'
export type { Preset, Shaped, Tell } from './preset.ts'
export type {
  CallFacts,
  NativeFacts,
  Provider,
  ProviderShelf,
  ProviderType,
  UpstreamCall,
} from './provider.ts'
export type { Question } from './question.ts'
export { check } from './request/check.ts'
export { isInside } from './scope/user-path.ts'
export { bytes, csv, duration, type EnvNames, type FileSection, flag, text, whole } from './settings.ts'
export type { Tick } from './ticks.ts'
export { createOffers, KEY_IN_FETCH } from './translate/offers.ts'
export type { Translation } from './translation.ts'
export type * from './types.ts'
export { type ModelProvider, modelProvider } from './vendors/model-provider.ts'
export { type OpenAICompatible, openaiCompatible } from './vendors/openai-compatible.ts'
