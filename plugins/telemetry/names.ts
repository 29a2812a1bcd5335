import { type Endpoint, isDialect } from '../../src/dialect.ts'

/** What the conventions call providers; others go by the type that we give them. */
const providerNames: Readonly<Record<string, string>> = {
  azure: 'azure.ai.openai',
  bedrock: 'aws.bedrock',
  gemini: 'gcp.gemini',
  mistral: 'mistral_ai',
  moonshot: 'moonshot_ai',
  vertex: 'gcp.vertex_ai',
  xai: 'x_ai',
}

export const providerNameOf = (type: string): string => providerNames[type] ?? type

const operations: Readonly<Record<string, string>> = {
  language: 'chat',
  embedding: 'embeddings',
  image: 'image',
  speech: 'speech',
  transcription: 'transcription',
  reranking: 'rerank',
}

/** What is asked for, in the words of the conventions where they have one. */
export function operationOf(endpoint: Endpoint): string {
  if (endpoint.name === 'openai-completions') return 'text_completion'
  if (!isDialect(endpoint)) return endpoint.name
  const kind = endpoint.translation?.kind
  return kind === undefined ? 'chat' : (operations[kind] ?? endpoint.name)
}
