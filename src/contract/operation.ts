import { type Endpoint, isDialect } from './dialect.ts'

/** By the kind of model that is asked; the names of the GenAI conventions of OpenTelemetry where it has one. */
const operations: Readonly<Record<string, string>> = {
  language: 'chat',
  embedding: 'embeddings',
  image: 'image',
  speech: 'speech',
  transcription: 'transcription',
  reranking: 'rerank',
}

/** What is asked for, the same in records and in spans. */
export function operationOf(endpoint: Endpoint): string {
  if (!isDialect(endpoint)) return endpoint.name
  return endpoint.operation ?? operations[endpoint.translation?.kind ?? ''] ?? endpoint.name
}
