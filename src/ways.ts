import { readAnswer, readNative } from './answer.ts'
import { type Body, type Change, splice, spliceForm } from './body.ts'
import type { Dialect } from './dialect.ts'
import type { GuardedFetch } from './egress.ts'
import { refuse } from './errors.ts'
import type { Exchange } from './exchange.ts'
import type { Aim } from './passage.ts'
import type { Provider, Sendable, UpstreamCall } from './provider.ts'
import { createTranslated } from './translate.ts'
import type { Answer, Target } from './types.ts'
import { Unreachable } from './unreachable.ts'

export interface WaysOptions {
  readonly egress: GuardedFetch
  /** Parameters that a target lacks are refused, not left out. */
  readonly strict: boolean
}

/** One try, ready to be made. */
export type Way = () => Promise<Answer>

/**
 * How a provider is asked: in its own language where a passage leads there, in the client's where it speaks that, else
 * through a translation.
 */
export function createWays({ egress, strict }: WaysOptions) {
  const translated = createTranslated(strict)

  const send = (
    { url, method = 'POST', headers, body }: UpstreamCall,
    signal: AbortSignal,
  ): Promise<Response> =>
    egress(url, { method, headers, signal, ...(body !== undefined && { body }) } as RequestInit).catch(
      cause => {
        throw new Unreachable(undefined, { cause })
      },
    )

  /** @throws Refusal when the provider does not offer what is asked for. */
  return function wayTo(x: Exchange, provider: Provider, target: Target): Way {
    if (x.aim !== undefined) return native(x, provider, x.aim)
    const dialect = x.endpoint as Dialect
    if (provider.wires.has(dialect.name)) return () => sameLanguage(x, provider, target)
    const { translation } = dialect
    const isOffered =
      translation !== undefined && (translation.kind === 'local' || provider.offers?.[translation.kind])
    if (isOffered) return () => translated(x, { provider, target, dialect, translation })
    return refuse('unsupported_operation', `Provider "${provider.name}" does not offer ${dialect.name}`)
  }

  /** The client's own bytes, with the model's name at this provider and, for a stream, the wish for usage. */
  async function sameLanguage(x: Exchange, provider: Provider, target: Target): Promise<Answer> {
    const dialect = x.endpoint as Dialect
    const changes: Change[] = [{ field: 'model', value: target.model }]
    const ask = x.stream && provider.asksUsage ? dialect.askUsage?.(x.body!.json) : undefined
    if (ask) changes.push(ask)
    const facts = {
      dialect: dialect.name,
      model: target.model,
      stream: x.stream,
      body: write(x.body!, changes),
      headers: forwarded(x.request, dialect),
    }
    const { signal } = x.abort
    const call = provider.call(facts, signal)
    const sent = call instanceof Promise ? await call : call
    const response = sent instanceof Response ? sent : await send(sent, signal)
    return readAnswer(response, { provider, dialect, hideUsage: ask !== undefined })
  }

  function native(x: Exchange, provider: Provider, aim: Aim): Way {
    if (provider.native === undefined)
      return refuse(
        'unsupported_operation',
        `Provider "${provider.name}" has no API of its own to pass calls on to`,
      )
    return async () => {
      const { path, query = '', method = x.request.method } = aim
      const body = toSend(aim, x.body)
      const facts = {
        method,
        path,
        query,
        headers: { ...passable(x.request.headers), ...aim.headers },
        ...(body !== undefined && { body }),
      }
      const response = await send(await provider.native!(facts), x.abort.signal)
      return readNative(response, { provider, aim, method })
    }
  }
}

const write = ({ text, form }: Body, changes: readonly Change[]): string | FormData =>
  form === undefined ? splice(text, changes) : spliceForm(form, changes)

/** Guards may have changed a body that they saw. */
function toSend({ body }: Aim, seen: Body | undefined): Sendable | undefined {
  if (body === undefined || typeof body === 'string' || !('json' in body)) return body
  const { text, form } = seen ?? body
  return form ?? text
}

function forwarded(request: Request, dialect: Dialect): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of dialect.forwardedHeaders) {
    const value = request.headers.get(name)
    if (value !== null) headers[name] = value
  }
  return headers
}

/** What is between the client and us, and not for a provider (RFC 9110 7.6.1), and what names or proves who calls. */
const PRIVATE =
  /^(?:host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-length|accept-encoding|cookie|authorization|api-key|forwarded|via|origin|referer|proxy-.*|x-api-key|x-goog-api-key|x-forwarded-.*|x-real-ip|x-modelway-.*|x-gomodel-.*|sec-.*|access-control-.*|cf-.*)$/

function passable(headers: Headers): Record<string, string> {
  const named = new Set(
    headers
      .get('connection')
      ?.toLowerCase()
      .split(/\s*,\s*/) ?? [],
  )
  return Object.fromEntries([...headers].filter(([name]) => !PRIVATE.test(name) && !named.has(name)))
}
