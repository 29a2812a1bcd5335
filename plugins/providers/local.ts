import type { Plugin } from '../../src/contract/plugin.ts'
import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * Servers for machines of one's own. Above each stands where its reference is. Those whose usual port is 8080, as the
 * gateway's is, have no base URL unless an operator says it.
 */
export const local: readonly Plugin[] = [
  // Whoever nobody has made a declaration for: a company's own server, a small host, another gateway.
  openaiCompatible({
    name: 'compatible',
    knownAs: ['custom-openai', 'openai-like', 'oobabooga', 'lemonade'],
    about: "Any server that speaks OpenAI's language.",
    path: '/v1',
    speaks: ['openai-chat', 'openai-completions', 'openai-embeddings'],
  }),

  // https://docs.docker.com/ai/model-runner/api-reference. It passes over keys.
  openaiCompatible({
    name: 'docker-model-runner',
    about: 'Local models served by Docker Model Runner.',
    baseUrl: 'http://127.0.0.1:12434/engines/v1',
    path: '/engines/v1',
    readsImageUrls: false,
    speaks: ['openai-chat', 'openai-completions', 'openai-embeddings'],
  }),

  // https://github.com/michaelfeil/infinity
  openaiCompatible({
    name: 'infinity',
    about: 'Embedding and reranking models of your own, served by Infinity.',
    baseUrl: 'http://127.0.0.1:7997',
    chats: false,
    speaks: ['openai-embeddings', 'rerank'],
  }),

  // https://www.jan.ai/docs/desktop/api-server. Messages want the key in a header of their own.
  openaiCompatible({
    name: 'jan',
    about: 'Local models served by Jan.',
    baseUrl: 'http://127.0.0.1:1337/v1',
    path: '/v1',
    readsImageUrls: false,
    credentials: key => ({ authorization: `Bearer ${key}`, 'x-api-key': key }),
    speaks: ['openai-chat', 'anthropic-messages'],
  }),

  // https://github.com/mudler/LocalAI/tree/master/core/http/routes has all of its endpoints. Its own software keeps a list in `LOCALAI_PRELOAD_MODELS`.
  openaiCompatible({
    name: 'localai',
    about: 'Models of your own, served by LocalAI.',
    path: '/v1',
    speaks: [
      'openai-chat',
      'openai-completions',
      'openai-embeddings',
      'openai-images',
      'openai-speech',
      'openai-transcriptions',
      'anthropic-messages',
      'rerank',
    ],
    ignores: variable => variable === 'LOCALAI_PRELOAD_MODELS',
  }),

  // https://github.com/ml-explore/mlx-lm/blob/main/mlx_lm/SERVER.md; completions only its source tells of:
  // https://github.com/ml-explore/mlx-lm/blob/main/mlx_lm/server.py
  openaiCompatible({
    name: 'mlx',
    about: 'Local models on a Mac, served by mlx_lm.server.',
    path: '/v1',
    readsImageUrls: false,
    speaks: ['openai-chat', 'openai-completions'],
  }),

  // https://inference.readthedocs.io
  openaiCompatible({
    name: 'xinference',
    about: 'Models of your own, served by Xinference.',
    baseUrl: 'http://127.0.0.1:9997/v1',
    path: '/v1',
    speaks: ['openai-chat', 'openai-completions', 'openai-embeddings'],
  }),
]
