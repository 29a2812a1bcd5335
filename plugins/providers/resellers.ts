import type { Plugin } from '../../src/contract/plugin.ts'
import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/** Gateways to the models of many vendors. Above each stands where its reference is, and what is unusual there. */
export const resellers: readonly Plugin[] = [
  // https://docs.litellm.ai/docs/proxy, and https://docs.litellm.ai/docs/supported_endpoints. One of your own, or of another team.
  openaiCompatible({
    name: 'litellm',
    knownAs: ['litellm-proxy'],
    about: 'Models behind a LiteLLM proxy.',
    baseUrl: 'http://127.0.0.1:4000/v1',
    path: '/v1',
    aliases: { apiKey: ['LITELLM_PROXY_API_KEY'], baseUrl: ['LITELLM_PROXY_API_BASE'] },
    speaks: [
      'openai-chat',
      'openai-responses',
      'openai-completions',
      'openai-embeddings',
      'openai-images',
      'openai-image-edits',
      'openai-speech',
      'openai-transcriptions',
      'openai-moderations',
      'anthropic-messages',
      'rerank',
    ],
    partly: ['openai-responses'],
  }),

  // https://creator.poe.com/docs/external-applications/openai-compatible-api
  openaiCompatible({
    name: 'poe',
    about: 'Models of many vendors for the points of a subscription to Poe.',
    baseUrl: 'https://api.poe.com/v1',
    speaks: ['openai-chat', 'openai-responses'],
    partly: ['openai-responses'],
  }),

  // https://docs.requesty.ai/api-reference. In the European Union it is
  // `REQUESTY_BASE_URL=https://router.eu.requesty.ai/v1`. Messages want the key in a header of their own.
  openaiCompatible({
    name: 'requesty',
    about: 'Models of many vendors behind one account at Requesty.',
    baseUrl: 'https://router.requesty.ai/v1',
    credentials: key => ({ authorization: `Bearer ${key}`, 'x-api-key': key }),
    speaks: ['openai-chat', 'anthropic-messages'],
  }),

  // https://vercel.com/docs/ai-gateway/sdks-and-apis. Its variable has the name that Vercel gave it: `AI_GATEWAY_API_KEY`.
  openaiCompatible({
    name: 'vercel',
    knownAs: ['vercel-ai-gateway'],
    env: 'AI_GATEWAY',
    about: 'Models of many vendors behind the AI Gateway of Vercel.',
    baseUrl: 'https://ai-gateway.vercel.sh/v1',
    speaks: [
      'openai-chat',
      'openai-responses',
      'openai-embeddings',
      'anthropic-messages',
      'anthropic-count-tokens',
    ],
    partly: ['openai-responses'],
  }),
]
