import * as v from 'valibot'
import { objectOf, withHour } from '../../../src/contract/loose-json.ts'
import { says, shown, text } from '../../../src/contract/settings.ts'
import { withoutBlankTexts } from '../../../src/translate/blank-texts.ts'
import { PLAIN_IDS } from '../../../src/translate/call-ids.ts'
import { KEY_IN_FETCH } from '../../../src/translate/offers.ts'
import { PLAIN_NAMES } from '../../../src/translate/tool-names.ts'
import { secret } from '../../../src/vendors/instances.ts'
import { modelProvider } from '../../../src/vendors/model-provider.ts'
import { withTier } from '../../../src/vendors/openai-usage.ts'
import { claude, claudeSampling } from '../../families/claude.ts'
import { hourOf } from '../../families/claude-cache.ts'
import { withMarkedTools } from './cache-points.ts'
import { withConverse } from './converse.ts'
import { listModels } from './models.ts'
import { withSealed } from './sealed.ts'
import { createSigner } from './sign.ts'
import { withMovedTopK, withTopK } from './top-k.ts'

type Field = 'region' | 'accessKeyId' | 'secretAccessKey' | 'sessionToken'

const region = v.pipe(
  text(),
  v.regex(/^[a-z]{2,4}(?:-[a-z]+)+-\d+$/, 'expected a region such as eu-central-1'),
)

/** Domains of the partitions of AWS, by how the names of their regions begin. */
const domains: readonly (readonly [prefix: string, domain: string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
  ['eusc-', 'amazonaws.eu'],
  ['', 'amazonaws.com'],
]

function addressOf(service: string, region: string): string {
  const [, domain] = domains.find(([prefix]) => region.startsWith(prefix))!
  return `https://${service}.${region}.${domain}`
}

/** An operator's base URL is that of the runtime; at a private endpoint or a proxy everything goes there. */
function addresses({ region, baseUrl }: { region?: string | undefined; baseUrl?: string | undefined }) {
  const of = (service: string) =>
    baseUrl?.replace(/^https:\/\/bedrock-runtime(?=[.-])/, `https://${service}`) ??
    addressOf(service, region!)
  return { runtime: of('bedrock-runtime'), agents: of('bedrock-agent-runtime'), control: of('bedrock') }
}

const thinkingOfClaude = claude(budgetTokens => ({ reasoningConfig: { type: 'enabled', budgetTokens } }))

/**
 * Bedrock, with an API key of its own or with keys of AWS (SigV4), which are taken from `AWS_…` where `BEDROCK_…` says
 * nothing. A model's id is that of a model, of an inference profile, or an ARN. Calls use the Converse API, so one
 * declaration serves every maker's models; passthrough reaches the rest.
 *
 * What the package loses: which part of the written cache lives for an hour (`usage` reads it from `cacheDetails`), tools
 * of the past (`converse.ts`), where tools are to be cached (`cache-points.ts`), `top_k` (`top-k.ts`), and thoughts that Anthropic has sealed,
 * which `sealed.ts` writes as AWS has them.
 */
export default modelProvider<Field>({
  name: 'bedrock',
  knownAs: ['bedrock-converse'],
  about: 'Models of many makers at Amazon Bedrock.',
  fields: {
    region: says('The region of AWS', shown(region)),
    accessKeyId: says('A key of AWS, in the place of an API key', secret()),
    secretAccessKey: says('Its other half', secret()),
    sessionToken: says('What comes with a key that is temporary', secret()),
  },
  aliases: { apiKey: ['AWS_BEARER_TOKEN_BEDROCK'] },
  borrows: [
    { region: ['AWS_REGION', 'AWS_DEFAULT_REGION'] },
    {
      accessKeyId: ['AWS_ACCESS_KEY_ID'],
      secretAccessKey: ['AWS_SECRET_ACCESS_KEY'],
      sessionToken: ['AWS_SESSION_TOKEN'],
    },
  ],
  missing({ region, apiKey, accessKeyId, secretAccessKey, baseUrl }, nameOf) {
    const pair = `${nameOf('accessKeyId')} and ${nameOf('secretAccessKey')}`
    if ((accessKeyId === undefined) !== (secretAccessKey === undefined) && apiKey === undefined)
      return nameOf(accessKeyId === undefined ? 'accessKeyId' : 'secretAccessKey')
    const hasKey = apiKey !== undefined || accessKeyId !== undefined
    // The region is part of a signature, wherever the call goes.
    if (region === undefined && (baseUrl === undefined || (apiKey === undefined && hasKey)))
      return hasKey ? nameOf('region') : `${nameOf('region')}, and ${nameOf('apiKey')} or ${pair}`
    return hasKey || baseUrl !== undefined ? undefined : `${nameOf('apiKey')}, or ${pair}`
  },
  thinking: model => (/claude/.test(model) ? thinkingOfClaude(model) : undefined),
  // Its tiers have the words of OpenAI's: https://docs.aws.amazon.com/bedrock/latest/userguide/service-tiers-inference.html
  usage: (usage, raw, beside) =>
    withTier(withHour(usage, hourOf(raw)), { service_tier: objectOf(beside?.bedrock?.serviceTier).type }),
  endings: {
    malformed_tool_use: 'error',
    malformed_model_output: 'error',
    model_context_window_exceeded: 'length',
    refusal: 'content-filter',
  },
  address: settings => addresses(settings).runtime,
  origins: settings =>
    [addresses(settings).agents, addresses(settings).control].map(url => new URL(url).origin),
  access({ settings: { apiKey, region, accessKeyId, secretAccessKey, sessionToken }, host }) {
    if (apiKey !== undefined) return { headers: { authorization: `Bearer ${apiKey}` } }
    if (region === undefined || accessKeyId === undefined || secretAccessKey === undefined)
      return { headers: {} }
    return {
      headers: {},
      sign: createSigner({ region, accessKeyId, secretAccessKey, sessionToken }, host.now),
    }
  },
  offers: ['language', 'embedding', 'image', 'reranking'],
  callIds: PLAIN_IDS,
  toolNames: PLAIN_NAMES,
  sampling: model => (/claude/.test(model) ? claudeSampling : undefined),
  async load({ settings, fetch }) {
    const { createAmazonBedrock } = await import('@ai-sdk/amazon-bedrock')
    const { runtime, agents } = addresses(settings)
    const shared = { region: settings.region ?? 'us-east-1', apiKey: KEY_IN_FETCH, fetch }
    const models = createAmazonBedrock({
      ...shared,
      fetch: withMarkedTools(withMovedTopK(fetch)),
      baseURL: runtime,
    })
    const { rerankingModel } = createAmazonBedrock({ ...shared, baseURL: agents })
    return {
      languageModel: id => withoutBlankTexts(withConverse(withSealed(withTopK(models.languageModel(id))))),
      embeddingModel: id => models.embeddingModel(id),
      imageModel: id => models.imageModel(id),
      rerankingModel: id => rerankingModel(id),
    }
  },
  models: setup => listModels(setup, addresses(setup.settings).control),
})
