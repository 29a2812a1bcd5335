import type { Plugin } from '../../src/contract/plugin.ts'
import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * Those who make the models that they serve, and of whom nothing has to be said that takes more than some lines. Above
 * each stands where its reference is, and what is unusual there.
 */
export const makers: readonly Plugin[] = [
  // https://docs.ai21.com/reference/jamba-1-6-api-ref. Tools are refused in streams. There is no list of models.
  openaiCompatible({
    name: 'ai21',
    about: 'Jamba models of AI21 Labs.',
    baseUrl: 'https://api.ai21.com/studio/v1',
    models: ['jamba-large', 'jamba-mini'],
  }),

  // https://www.alibabacloud.com/help/en/model-studio. Keys belong to a region, and workspaces have addresses of their
  // own: `ALIBABA_BASE_URL=https://WORKSPACE.ap-southeast-1.maas.aliyuncs.com`. Messages live beside the rest.
  openaiCompatible({
    name: 'alibaba',
    knownAs: ['dashscope'],
    about: 'Qwen models in Model Studio (DashScope) of Alibaba Cloud.',
    baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
    path: '/compatible-mode/v1',
    aliases: { apiKey: ['DASHSCOPE_API_KEY'] },
    speaks: ['openai-chat', 'openai-responses', 'openai-embeddings'],
    partly: ['openai-responses'],
    atRoot: { 'anthropic-messages': '/apps/anthropic/v1/messages' },
  }),

  // https://docs.arcee.ai/api-reference
  openaiCompatible({
    name: 'arcee',
    about: 'Trinity models of Arcee AI.',
    baseUrl: 'https://api.arcee.ai/api/v1',
  }),

  // https://cloud.tencent.com/document/product/1729/111007. An answer that `stop` ends has the stop sequence in it. There
  // is no list of models.
  openaiCompatible({
    name: 'hunyuan',
    about: 'Hunyuan models of Tencent.',
    baseUrl: 'https://api.hunyuan.cloud.tencent.com/v1',
    modelsPath: false,
    speaks: ['openai-chat', 'openai-embeddings'],
  }),

  // https://docs.inceptionlabs.ai/api-reference
  openaiCompatible({
    name: 'inception',
    about: 'Mercury models of Inception, which write whole passages at once.',
    baseUrl: 'https://api.inceptionlabs.ai/v1',
  }),

  // https://jina.ai/embeddings and https://jina.ai/reranker
  openaiCompatible({
    name: 'jina',
    about: 'Embedding and reranking models of Jina AI.',
    baseUrl: 'https://api.jina.ai/v1',
    aliases: { apiKey: ['JINA_AI_API_KEY'] },
    chats: false,
    speaks: ['openai-embeddings', 'rerank'],
  }),

  // https://platform.minimax.io/docs/api-reference/text-openai-api. Accounts of the Chinese platform set
  // `MINIMAX_BASE_URL=https://api.minimaxi.com/v1`.
  openaiCompatible({
    name: 'minimax',
    about: 'Models of MiniMax.',
    baseUrl: 'https://api.minimax.io/v1',
    limit: 'max_completion_tokens',
    // "(0, 2]", and what is outside is refused.
    sampling: { ranges: { temperature: [0.01, 2] } },
    atRoot: { 'anthropic-messages': '/anthropic/v1/messages' },
  }),

  // https://docs.morphllm.com/api-reference
  openaiCompatible({
    name: 'morph',
    about: 'Models of Morph, which apply edits to code.',
    baseUrl: 'https://api.morphllm.com/v1',
  }),

  // https://cloud.baidu.com/doc/qianfan-api
  openaiCompatible({
    name: 'qianfan',
    about: 'ERNIE and other models at Baidu Qianfan.',
    baseUrl: 'https://qianfan.baidubce.com/v2',
  }),

  // https://docs.reka.ai/chat/api-reference/create
  openaiCompatible({
    name: 'reka',
    about: 'Models of Reka, which see, hear and watch.',
    baseUrl: 'https://api.reka.ai/v1',
    credentials: key => ({ 'x-api-key': key }),
  }),

  // https://platform.stepfun.com/docs/en/api-reference. Accounts of the Chinese platform set
  // `STEPFUN_BASE_URL=https://api.stepfun.com/v1`. Responses are for a few of its models only.
  openaiCompatible({
    name: 'stepfun',
    about: 'Step models of StepFun.',
    baseUrl: 'https://api.stepfun.ai/v1',
    speaks: ['openai-chat', 'anthropic-messages'],
  }),

  // https://console.upstage.ai/api/docs. There is no list of models.
  openaiCompatible({
    name: 'upstage',
    about: 'Solar models of Upstage.',
    baseUrl: 'https://api.upstage.ai/v1',
    speaks: ['openai-chat', 'openai-embeddings'],
    models: ['solar-pro3', 'solar-pro2', 'solar-mini', 'embedding-query', 'embedding-passage'],
  }),

  // https://www.volcengine.com/docs/82379. Outside of China it is BytePlus ModelArk:
  // `VOLCENGINE_BASE_URL=https://ark.ap-southeast.bytepluses.com/api/v3`. A model's id may be that of an endpoint
  // (`ep-…`). There is no list of models.
  openaiCompatible({
    name: 'volcengine',
    about: 'Doubao and Seed models of ByteDance, at Volcengine Ark.',
    baseUrl: 'https://ark.cn-beijing.volces.com/api/v3',
    aliases: { apiKey: ['ARK_API_KEY'] },
    modelsPath: false,
  }),
]
