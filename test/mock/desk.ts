import { batches } from './batches.ts'
import { embeddings } from './embeddings.ts'
import { files } from './files.ts'
import { countTokens as countGemini } from './gemini.ts'
import type { Json } from './heard.ts'
import type { Incoming } from './http.ts'
import { images } from './images.ts'
import { countTokens } from './messages.ts'
import { moderations } from './moderations.ts'
import { ollamaVectors } from './ollama.ts'
import { rerank } from './rerank.ts'
import { speech } from './speech.ts'
import { transcriptions } from './transcriptions.ts'

/** A question that is no conversation. */
export interface Errand {
  readonly method: string
  /** From behind `/v1`: `/files/file-1/content`. */
  readonly path: string
  readonly json: Json
  /** Of a multipart body. */
  readonly form: FormData | undefined
  readonly id: string
}

export interface Handed {
  readonly body: string | Buffer
  /** Default: JSON. */
  readonly contentType?: string
  readonly prompt?: number
  readonly completion?: number
}

/** Answers an errand; undefined where there is nothing at this address. */
export type Desk = (errand: Errand) => Handed | undefined | Promise<Handed | undefined>

/** Counters of one mock provider: those with a memory get one of their own. */
export function createDesks(): (
  incoming: Incoming,
  json: Json | undefined,
  id: string,
) => Promise<Handed | undefined> {
  const desks: readonly (readonly [RegExp, Desk])[] = [
    [/\/messages\/count_tokens$/, ({ json }) => ({ body: countTokens(json) })],
    [/\/api\/embed(?:dings)?$/, ollamaVectors],
    [/\/models\/[^/]+:countTokens$/, ({ json }) => ({ body: countGemini(json) })],
    [/\/embeddings$/, embeddings],
    [/\/images\/(?:generations|edits)$/, images],
    [/\/audio\/speech$/, speech],
    [/\/audio\/(?:transcriptions|translations)$/, transcriptions],
    [/\/moderations$/, moderations],
    [/\/rerank$/, rerank],
    [/\/files(?:\/[^/]+(?:\/content)?)?$/, files()],
    [/\/batches(?:\/[^/]+(?:\/cancel)?)?$/, batches()],
  ]
  return async (incoming, json, id) => {
    const path = incoming.path.replace(/^\/v1(?=\/)/, '')
    const desk = desks.find(([route]) => route.test(path))?.[1]
    if (desk === undefined) return undefined
    const form = await readForm(incoming)
    return desk({ method: incoming.method, path, json: json ?? {}, form, id })
  }
}

async function readForm({ head, body }: Incoming): Promise<FormData | undefined> {
  const type = /\r\ncontent-type: *(multipart\/form-data[^\r]*)/i.exec(head)?.[1]
  if (type === undefined) return undefined
  return (await new Response(new Uint8Array(body), {
    headers: { 'content-type': type },
  }).formData()) as FormData
}
