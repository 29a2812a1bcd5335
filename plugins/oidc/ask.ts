import type { Host } from '../../src/contract/plugin.ts'
import { fromResponse } from '../../src/http/arrival.ts'
import { readCapped } from '../../src/http/read.ts'

/** Bytes. Nothing that an honest identity provider says is longer. */
const MAX_ANSWER = 1024 * 1024

/** Asks an identity provider. The answer is read here, because a long one would fill the memory of the gateway. */
export async function ask(way: Pick<Host, 'fetch'>, url: string, init: RequestInit): Promise<Response> {
  const response = await way.fetch(url, init)
  const body = await readCapped(fromResponse(response), MAX_ANSWER)
  const { status, headers } = response
  return new Response(body.length > 0 ? body : null, { status, headers })
}
