import { readCapped } from '../../src/request/body.ts'

/** Anybody may send this form, so it is small and stays small while it is read. */
const LIMIT = 16_384

/** The fields of a small form; of a field that comes more than once the last counts. */
export async function readFields(request: Request): Promise<Readonly<Record<string, string | undefined>>> {
  const text = new TextDecoder().decode(await readCapped(request, LIMIT))
  return Object.fromEntries(new URLSearchParams(text))
}
