import type { Plugin } from '../../src/contract/plugin.ts'
import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * Those who host the models of others, and of whom nothing has to be said that takes more than some lines. Above each
 * stands where its reference is, and what is unusual there.
 */
export const hosts: readonly Plugin[] = [
  // https://docs.baseten.co/inference/model-apis/overview
  openaiCompatible({
    name: 'baseten',
    about: 'Open models hosted by Baseten.',
    baseUrl: 'https://inference.baseten.co/v1',
    speaks: ['openai-chat', 'anthropic-messages'],
  }),

  // https://chutes.ai/docs
  openaiCompatible({
    name: 'chutes',
    about: 'Open models on the decentralized machines of Chutes.',
    baseUrl: 'https://llm.chutes.ai/v1',
  }),

  // https://docs.databricks.com/aws/en/machine-learning/foundation-model-apis. Each workspace has an address of its own:
  // `https://WORKSPACE.cloud.databricks.com`. A model's id is the name of its endpoint. There is no list of models.
  openaiCompatible({
    name: 'databricks',
    about: 'Models behind the serving endpoints of a Databricks workspace.',
    path: '/serving-endpoints',
    modelsPath: false,
    speaks: ['openai-chat', 'openai-completions', 'openai-embeddings'],
  }),

  // https://docs.deepinfra.com; for completions https://deepinfra.com/docs/advanced/openai_api. Messages live beside the rest of the API.
  openaiCompatible({
    name: 'deepinfra',
    about: 'Open models hosted by DeepInfra.',
    baseUrl: 'https://api.deepinfra.com/v1/openai',
    speaks: ['openai-chat', 'openai-completions', 'openai-embeddings', 'openai-images'],
    atRoot: { 'anthropic-messages': '/anthropic/v1/messages' },
  }),

  // https://docs.digitalocean.com/products/inference. What it wants is a model access key.
  openaiCompatible({
    name: 'digitalocean',
    knownAs: ['gradient-ai'],
    about: 'Models of many makers at DigitalOcean.',
    baseUrl: 'https://inference.do-ai.run/v1',
    limit: 'max_completion_tokens',
  }),

  // https://featherless.ai/docs/api-examples-and-snippets
  openaiCompatible({
    name: 'featherless',
    about: 'Thousands of open models hosted by Featherless.',
    baseUrl: 'https://api.featherless.ai/v1',
    speaks: ['openai-chat', 'openai-completions'],
  }),

  // https://friendli.ai/docs/openapi
  openaiCompatible({
    name: 'friendli',
    knownAs: ['friendliai'],
    about: 'Open models hosted by FriendliAI.',
    baseUrl: 'https://api.friendli.ai/serverless/v1',
    aliases: { apiKey: ['FRIENDLI_TOKEN'] },
  }),

  // https://huggingface.co/docs/inference-providers. `HF_TOKEN` is not read: many have it for downloads only. Behind an
  // id may stand who serves it: `openai/gpt-oss-120b:groq`.
  openaiCompatible({
    name: 'huggingface',
    about: 'Open models at the inference providers of Hugging Face.',
    baseUrl: 'https://router.huggingface.co/v1',
    speaks: ['openai-chat', 'openai-responses'],
    partly: ['openai-responses'],
  }),

  // https://www.hyperbolic.ai/docs/inference/overview
  openaiCompatible({
    name: 'hyperbolic',
    about: 'Open models hosted by Hyperbolic.',
    baseUrl: 'https://api.hyperbolic.xyz/v1',
    speaks: ['openai-chat', 'openai-completions'],
  }),

  // https://docs.inference.net
  openaiCompatible({
    name: 'inference-net',
    about: 'Open models hosted by Inference.net.',
    baseUrl: 'https://api.inference.net/v1',
    speaks: ['openai-chat', 'anthropic-messages'],
  }),

  // https://docs.tokenfactory.nebius.com/api-reference
  openaiCompatible({
    name: 'nebius',
    about: 'Open models in the Token Factory of Nebius.',
    baseUrl: 'https://api.tokenfactory.nebius.com/v1',
    speaks: ['openai-chat', 'openai-completions', 'openai-embeddings', 'openai-images'],
  }),

  // https://novita.ai/docs/api-reference. Messages live beside the rest of the API.
  openaiCompatible({
    name: 'novita',
    about: 'Open models hosted by Novita AI.',
    baseUrl: 'https://api.novita.ai/openai/v1',
    speaks: ['openai-chat', 'openai-completions', 'openai-embeddings'],
    atRoot: { 'anthropic-messages': '/anthropic/v1/messages' },
  }),

  // https://docs.nscale.com/api-reference
  openaiCompatible({
    name: 'nscale',
    about: 'Open models hosted in Europe by Nscale.',
    baseUrl: 'https://inference.api.nscale.com/v1',
  }),

  // https://help.ovhcloud.com/csm/en-public-cloud-ai-endpoints-getting-started
  openaiCompatible({
    name: 'ovhcloud',
    about: 'Open models at the AI Endpoints of OVHcloud.',
    baseUrl: 'https://oai.endpoints.kepler.ai.cloud.ovh.net/v1',
    speaks: ['openai-chat', 'openai-responses'],
    partly: ['openai-responses'],
  }),

  // https://docs.parasail.io/parasail-docs/api-reference. Its Responses have another host.
  openaiCompatible({
    name: 'parasail',
    about: 'Open models hosted by Parasail.',
    baseUrl: 'https://api.parasail.io/v1',
  }),

  // https://docs.sambanova.ai/docs/en/features/openai-compatibility. Its messages refuse that a model thinks, so clients
  // of Anthropic's language are translated.
  openaiCompatible({
    name: 'sambanova',
    about: 'Open models on the processors of SambaNova.',
    baseUrl: 'https://api.sambanova.ai/v1',
    speaks: ['openai-chat', 'openai-responses', 'openai-completions', 'openai-embeddings'],
    partly: ['openai-responses'],
  }),

  // https://www.scaleway.com/en/docs/generative-apis/reference-content/openai-compatibility. The key is the secret key of
  // an account; `SCW_SECRET_KEY` is not read, as it is there for other tools.
  openaiCompatible({
    name: 'scaleway',
    about: 'Open models at the Generative APIs of Scaleway.',
    baseUrl: 'https://api.scaleway.ai/v1',
    lacks: ['frequency_penalty', 'n', 'top_logprobs', 'logit_bias', 'user'],
    speaks: ['openai-chat', 'openai-responses', 'openai-embeddings'],
    partly: ['openai-responses'],
  }),

  // https://docs.siliconflow.com/en/api-reference. Accounts of the Chinese platform set
  // `SILICONFLOW_BASE_URL=https://api.siliconflow.cn/v1`.
  openaiCompatible({
    name: 'siliconflow',
    about: 'Open models hosted by SiliconFlow.',
    baseUrl: 'https://api.siliconflow.com/v1',
    speaks: ['openai-chat', 'openai-embeddings', 'anthropic-messages', 'rerank'],
  }),

  // https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api. Each account has an address of its own:
  // `https://ACCOUNT.snowflakecomputing.com`; the key is a programmatic access token. Sequences that end an answer would
  // be passed over without a word. Its messages are for Claude only. There is no list of models.
  openaiCompatible({
    name: 'snowflake',
    about: 'Models of many makers at Snowflake Cortex.',
    path: '/api/v2/cortex/v1',
    modelsPath: false,
    limit: 'max_completion_tokens',
    sampling: { stops: 0 },
  }),

  // https://docs.venice.ai/api-reference/endpoint/chat/completions
  openaiCompatible({
    name: 'venice',
    about: 'Models hosted by Venice, which keeps nothing of what is asked.',
    baseUrl: 'https://api.venice.ai/api/v1',
    limit: 'max_completion_tokens',
  }),
]
