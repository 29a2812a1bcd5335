import type { Plugin } from '../src/contract/plugin.ts'
import access from './access/index.ts'
import answerCost from './answer-cost/index.ts'
import audit from './audit/index.ts'
import auth from './auth/index.ts'
import batches from './batches/index.ts'
import bodies from './bodies/index.ts'
import breaker from './breaker/index.ts'
import cache from './cache/index.ts'
import cachePage from './cache-page/index.ts'
import catalog from './catalog/index.ts'
import concerns from './concerns/index.ts'
import connect from './connect/index.ts'
import dashboard from './dashboard/index.ts'
import demo from './demo/index.ts'
import anthropicMessages from './dialects/anthropic-messages/index.ts'
import googleGenerateContent from './dialects/google-generate-content/index.ts'
import ollamaApi from './dialects/ollama-api/index.ts'
import openaiAudio from './dialects/openai-audio/index.ts'
import openaiChat from './dialects/openai-chat/index.ts'
import openaiCompletions from './dialects/openai-completions/index.ts'
import openaiEmbeddings from './dialects/openai-embeddings/index.ts'
import openaiImages from './dialects/openai-images/index.ts'
import openaiModerations from './dialects/openai-moderations.ts'
import openaiRealtime from './dialects/openai-realtime/index.ts'
import openaiResponses from './dialects/openai-responses/index.ts'
import rerank from './dialects/rerank.ts'
import explain from './explain/index.ts'
import feedback from './feedback/index.ts'
import files from './files/index.ts'
import fitting from './fitting/index.ts'
import guardrails from './guardrails/index.ts'
import health from './health.ts'
import history from './history/index.ts'
import house from './house/index.ts'
import limits from './limits/index.ts'
import listFilter from './list-filter.ts'
import mcp from './mcp/index.ts'
import metrics from './metrics/index.ts'
import mirror from './mirror/index.ts'
import modelFacts from './model-facts/index.ts'
import modelLists from './model-lists/index.ts'
import notify from './notify/index.ts'
import oidc from './oidc/index.ts'
import passthrough from './passthrough/index.ts'
import paths from './paths/index.ts'
import playground from './playground/index.ts'
import portal from './portal/index.ts'
import prices from './prices/index.ts'
import { providers } from './providers/index.ts'
import redis from './redis/index.ts'
import reference from './reference.ts'
import requestLog from './request-log.ts'
import responseModel from './response-model.ts'
import responsesStore from './responses-store/index.ts'
import rollout from './rollout/index.ts'
import servedTools from './served-tools.ts'
import settings from './settings/index.ts'
import storedProviders from './stored-providers/index.ts'
import telemetry from './telemetry/index.ts'
import usage from './usage/index.ts'
import userPath from './user-path.ts'
import virtualModels from './virtual-models/index.ts'

/** The order of the house: hooks run in this order, and a plugin may need only what stands before it. */
export const plugins: readonly Plugin[] = [
  // what is written down of operators
  history,
  audit,
  // what needs attention
  concerns,
  // what gateways share beside the database
  redis,
  // who calls, and on whose behalf
  auth,
  userPath,
  // which targets a name leads to
  modelLists,
  prices,
  modelFacts,
  virtualModels,
  catalog,
  access,
  listFilter,
  // is there room
  limits,
  // which of them are well
  breaker,
  // which of them have the tools that run at a provider
  servedTools,
  // which of them can read the call
  fitting,
  // what clients speak, and to whom
  openaiChat,
  openaiResponses,
  googleGenerateContent,
  anthropicMessages,
  openaiCompletions,
  openaiEmbeddings,
  openaiImages,
  openaiAudio,
  openaiModerations,
  openaiRealtime,
  rerank,
  ollamaApi,
  // what goes to one provider in its own language
  files,
  batches,
  passthrough,
  ...providers,
  demo,
  storedProviders,
  // what becomes of answers: stored as they come, before others change them
  cache,
  responseModel,
  answerCost,
  responsesStore,
  // what may be said: behind what the gateway itself puts into a call, and before whoever keeps answers for people
  guardrails,
  // who operates, and who watches
  explain,
  connect,
  dashboard,
  oidc,
  portal,
  requestLog,
  // what is written down of calls, and what is said of answers
  feedback,
  usage,
  cachePage,
  playground,
  paths,
  metrics,
  telemetry,
  // what calls are tried with, unseen
  mirror,
  // what takes over step by step
  rollout,
  // what agents use beside models
  mcp,
  notify,
  bodies,
  settings,
  house,
  health,
  reference,
]
