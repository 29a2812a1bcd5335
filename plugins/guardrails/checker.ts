import * as v from 'valibot'
import { signWebhook } from '../../src/base/webhook.ts'
import type { Host } from '../../src/contract/plugin.ts'
import type { Routed } from '../../src/exchange.ts'
import type { CheckerSettings } from './input.ts'

/** What a service answers. */
const opinion = v.object({
  action: v.picklist(['allow', 'block', 'mask']),
  message: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(500)))),
  texts: v.optional(v.nullable(v.array(v.string()))),
})
export type Opinion = v.InferOutput<typeof opinion>

/** What a service is asked about. */
export interface Asked {
  readonly guardrail: string
  readonly x: Pick<Routed, 'id' | 'userPath' | 'asked'>
  readonly texts: readonly string[]
}

/** Asks a service; throws whatever goes wrong. */
export type Ask = (settings: CheckerSettings, asked: Asked) => Promise<Opinion>

/** No honest answer is longer than what was asked, and some words (characters). */
const ROOM = 65_536

export const createAsk =
  (host: Pick<Host, 'fetch' | 'now'>): Ask =>
  async ({ url, secret, timeout }, { guardrail, x, texts }) => {
    const body = JSON.stringify({
      guardrail,
      on: 'input',
      request_id: x.id,
      user_path: x.userPath,
      model: x.asked,
      texts,
    })
    const response = await host.fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(secret !== undefined &&
          (await signWebhook(secret, { id: `${x.id}.${guardrail}`, at: host.now(), body }))),
      },
      body,
      signal: AbortSignal.timeout(timeout),
    })
    const text = await response.text()
    if (response.status !== 200) throw new Error(`It answered with status ${response.status}`)
    if (text.length > 2 * body.length + ROOM) throw new Error('Its answer is far longer than the question')
    const said = toOpinion(text)
    if (said.action === 'mask' && said.texts?.length !== texts.length)
      throw new Error('It masks, but does not answer with as many texts as it was asked about')
    return said
  }

/** What is wrong with it is not told in detail: it may hold what callers wrote. */
function toOpinion(text: string): Opinion {
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), opinion), text)
  if (!success) throw new Error('It answers what nobody understands')
  return output
}
