import { refuse } from '../../src/errors.ts'

/** Anybody may send this form, so it is small and stays small while it is read. */
const LIMIT = 16_384

/** The fields of a small form; of a field that comes more than once the last counts. */
export async function readFields(request: Request): Promise<Readonly<Record<string, string | undefined>>> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.length
    if (size > LIMIT) refuse('request_too_large', 'The form is too large')
    text += decoder.decode(chunk, { stream: true })
  }
  return Object.fromEntries(new URLSearchParams(text))
}
