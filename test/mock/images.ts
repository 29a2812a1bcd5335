import type { Desk } from './desk.ts'

/** The smallest picture there is: one transparent pixel. */
export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

export const images: Desk = ({ json, form }) => {
  const read = (field: string): unknown => form?.get(field) ?? json[field]
  const prompt = Math.ceil(String(read('prompt') ?? '').length / 4)
  const count = Number(read('n') ?? 1)
  const data = Array.from({ length: count }, () => ({ b64_json: PIXEL }))
  const usage = {
    input_tokens: prompt,
    input_tokens_details: { text_tokens: prompt, image_tokens: 0 },
    output_tokens: count * 10,
    total_tokens: prompt + count * 10,
  }
  return {
    body: JSON.stringify({ created: 1_732_320_000, data, usage }),
    prompt,
    completion: count * 10,
  }
}
