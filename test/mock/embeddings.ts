import type { Desk } from './desk.ts'
import { numberOf } from './heard.ts'

/** A vector for each input; the same for the same text, as numbers or as the bytes that SDKs ask for. */
export const embeddings: Desk = ({ json }) => {
  const inputs = typeof json.input === 'string' ? [json.input] : (json.input as readonly unknown[])
  const size = numberOf(json.dimensions) ?? 4
  const prompt = inputs.reduce<number>((sum, input) => sum + Math.ceil(String(input).length / 4), 0)
  const data = inputs.map((input, index) => ({
    object: 'embedding',
    index,
    embedding: json.encoding_format === 'base64' ? toBase64(vectorOf(input, size)) : vectorOf(input, size),
  }))
  const usage = { prompt_tokens: prompt, total_tokens: prompt }
  return { body: JSON.stringify({ object: 'list', data, model: json.model, usage }), prompt }
}

/** Of how a text begins, and how long it is. Halves and quarters: exact as 32-bit numbers, too. */
export function vectorOf(input: unknown, size: number): number[] {
  const text = typeof input === 'string' ? input : JSON.stringify(input)
  const seed = `${text.slice(0, 8)}:${text.length}`
  return Array.from({ length: size }, (_, i) => Number(Bun.hash(`${i}:${seed}`) % 8n) / 4 - 1)
}

const toBase64 = (vector: readonly number[]): string =>
  Buffer.from(new Float32Array(vector).buffer).toString('base64')
