import { type Message, signWebhook } from '../../src/base/webhook.ts'
import type { Host } from '../../src/contract/plugin.ts'
import type { Content, Delivery, Hook, Notice, Send } from './model.ts'

export interface SendOptions extends Pick<Host, 'fetch' | 'now'> {
  /** What this gateway is called. */
  readonly name: string
  /** Of the dashboard; absent where nobody said it. */
  readonly dashboardUrl: string | undefined
}

/** A hook may take so long (milliseconds). */
const PATIENCE = 8000
/** Statuses below 500 after which another try may go better. */
const passing = new Set([408, 425, 429])

/** One try at one hook. Never throws, and never says more of its address than the host. */
export function createSend(options: SendOptions): Send {
  const { now, name, dashboardUrl } = options
  const facts = { name, dashboardUrl }
  return async (hook, notice) => {
    const body = JSON.stringify(
      hook.format === 'slack' ? { text: toSlack(notice, facts) } : toPayload(notice, facts),
    )
    try {
      const response = await options.fetch(hook.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(await signed(hook, { id: notice.id, at: now(), body })),
        },
        body,
        signal: AbortSignal.timeout(PATIENCE),
      })
      await response.body?.cancel()
      return toDelivery(response)
    } catch (error) {
      return { kind: 'again', why: whyOf(error) }
    }
  }
}

type Facts = Pick<SendOptions, 'name' | 'dashboardUrl'>

const linkTo = ({ place }: Content, { dashboardUrl }: Facts): string | undefined =>
  dashboardUrl && dashboardUrl.replace(/\/+$/, '') + place

function toPayload({ id, at, content }: Notice, facts: Facts): object {
  const { type, tone, key, keys, text } = content
  const url = linkTo(content, facts)
  return {
    type,
    id,
    at: new Date(at).toISOString(),
    tone,
    key,
    ...(keys && { keys }),
    text,
    ...(url && { url }),
    gateway: facts.name,
  }
}

const marks = { bad: '🔴', amber: '🟠' } as const

function toSlack({ content }: Notice, facts: Facts): string {
  const { type, tone, text } = content
  const url = linkTo(content, facts)
  const mark = type === 'concern.ended' ? '✅' : type === 'test' ? '🔔' : marks[tone]
  return `${mark} *${plain(facts.name)}*: ${plain(text)}${url === undefined ? '' : `\n${escaped(url)}`}`
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/**
 * Names may hold anything: none may become a link there, or call everybody in a room. Slack makes links of addresses,
 * and those who take what it takes do so of Markdown; what they look for is parted by a space of no width.
 */
const plain = (text: string): string => escaped(text).replace(/@|:(?=\/\/)|\](?=\()/g, '$&\u200b')

/** What is no JSON is read by people only. */
const signed = async ({ format, secret }: Hook, message: Message): Promise<Record<string, string>> =>
  format === 'json' && secret !== undefined ? signWebhook(secret, message) : {}

function toDelivery({ ok, status }: Response): Delivery {
  if (ok) return { kind: 'taken' }
  const isPassing = passing.has(status) || status >= 500
  return { kind: isPassing ? 'again' : 'refused', why: `it answered with status ${status}` }
}

/** An error's own words may hold the address. */
function whyOf(error: unknown): string {
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown }
  if (name === 'TimeoutError') return 'no answer in time'
  return `it cannot be reached (${String(typeof code === 'string' ? code : name)})`
}
