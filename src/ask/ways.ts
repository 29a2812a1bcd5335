import { type Dialect, isSpoken } from '../contract/dialect.ts'
import { type Aim, isBody } from '../contract/passage.ts'
import type { CallFacts, Provider, Sendable, UpstreamCall } from '../contract/provider.ts'
import { refuse } from '../errors.ts'
import { beginWait, type Exchange } from '../exchange.ts'
import { blame } from '../hooks.ts'
import { type Arrival, fromResponse } from '../http/arrival.ts'
import { type Body, type Change, rewritten, splice, spliceForm } from '../request/body.ts'
import { fromModelError } from '../translate/model-errors.ts'
import { createTranslated } from '../translate/translate.ts'
import { createWarn } from '../translate/warnings.ts'
import type { Answer, Awaitable, Target } from '../types.ts'
import { readAnswer, readNative } from '../upstream/answer.ts'
import type { Egress } from '../upstream/egress.ts'
import { limitsIn } from '../upstream/limits.ts'
import type { Loop } from '../upstream/loop.ts'
import { Unreachable } from '../upstream/unreachable.ts'
import { converse } from './converse.ts'

export interface WaysOptions {
  /** The plugin that brought a provider. */
  readonly ownerOf: (provider: object) => string
  readonly egress: Egress
  readonly loop: Pick<Loop, 'mark'>
  /** Parameters that a target lacks are refused, not left out. */
  readonly strict: boolean
}

/** One try, ready to be made. */
export type Way = () => Promise<Answer>

/**
 * How a provider is asked: in its own language where a passage leads there, in the client's where it speaks that, else
 * through a translation.
 */
export function createWays({ ownerOf, egress, loop, strict }: WaysOptions) {
  const translated = createTranslated(strict, loop)
  const warnOf = createWarn(strict)

  const send = (
    { request, abort: { signal } }: Exchange,
    { url, method = 'POST', headers: said, body }: UpstreamCall,
  ): Promise<Arrival> => {
    const headers = loop.mark(said, request)
    return egress.send(url, { method, headers, body, signal } as RequestInit).catch(unreachable)
  }

  /** What is no answer of a model, in whatever way a package says it, is a bug of the plugin that brought the provider. */
  function blameProvider(error: unknown, provider: Provider, member: 'call' | 'native'): never {
    const { name } = provider
    if (error instanceof Unreachable || fromModelError(name, error) !== undefined) throw error
    return blame(error, { plugin: ownerOf(provider), hook: `${member} of provider ${name}` })
  }

  /** @throws Refusal when the provider does not offer what is asked for. */
  return function wayTo(x: Exchange, provider: Provider, target: Target): Way {
    if (x.aim !== undefined) return native(x, provider, x.aim)
    const dialect = x.endpoint as Dialect
    for (const line of x.body!.lost ?? []) warnOf(x)(line)
    if (isSpoken(provider, dialect, x.body!.json))
      return () => (dialect.talk ? bySocket(x, provider, target) : sameLanguage(x, provider, target))
    const { translation } = dialect
    const isOffered =
      translation !== undefined && (translation.kind === 'local' || provider.offers?.[translation.kind])
    if (isOffered) return () => translated(x, { provider, target, dialect, translation })
    return refuse('unsupported_operation', `Provider "${provider.name}" does not offer ${dialect.name}`)
  }

  /** The client's own bytes, with the model's name at this provider and, for a stream, the wish for usage. */
  async function sameLanguage(x: Exchange, provider: Provider, target: Target): Promise<Answer> {
    const dialect = x.endpoint as Dialect
    const { stream } = x
    const warn = warnOf(x)
    const { json, isOurs } = x.body!
    const { type, baseUrl } = provider
    const thinking = provider.thinking?.(target.model)
    const callIds = provider.callIds?.(target.model)
    const refusesLateSystem = provider.refusesLateSystem?.(target.model)
    const toward = { type, baseUrl, model: target.model, thinking, refusesLateSystem, callIds, warn }
    const out = dialect.outgoing?.(json, toward) ?? json
    const facts = { dialect: dialect.name, model: target.model, warn }
    const body = rewritten(x.body!, (isOurs && provider.adapt?.(out, facts)) || out)
    // Where the address names the model, the provider's does, too.
    const changes: Change[] = body.aside === undefined ? [{ field: 'model', value: target.model }] : []
    const ask = stream && provider.asksUsage ? dialect.askUsage?.(x.body!.json) : undefined
    if (ask) changes.push(ask)
    const asked = {
      dialect: dialect.name,
      model: target.model,
      stream,
      body: write(body, changes),
      headers: forwarded(x.request, dialect),
    }
    const calling = callOf(x, provider, asked)
    const sent = calling instanceof Promise ? await calling : calling
    const arrival = sent instanceof Response ? fromResponse(sent) : await send(x, sent)
    x.limits = limitsIn(arrival.headers)
    return await readAnswer(arrival, { provider, dialect, stream, hideUsage: ask !== undefined })
  }

  /** What an ordinary call says in its body stands in the address; the rest is said on the WebSocket. */
  async function bySocket(x: Exchange, provider: Provider, target: Target): Promise<Answer> {
    const { name, talk } = x.endpoint as Dialect
    const { signal } = x.abort
    const query = new URLSearchParams(talk!.query(x.body!.json, target.model))
    const facts = { dialect: name, model: target.model, stream: true, body: '', query: `?${query}` }
    const call = await callOf(x, provider, { ...facts, headers: talk!.headers(x.request) })
    if (call instanceof Response)
      return refuse('unsupported_operation', `Provider "${provider.name}" opens no WebSocket`)
    const headers = loop.mark(call.headers, x.request)
    return converse({ ...call, headers }, { egress, provider, talk: talk!, signal })
  }

  /** What to send for a call in the client's language. */
  function callOf(x: Exchange, provider: Provider, facts: CallFacts): Awaitable<UpstreamCall | Response> {
    beginWait(x)
    try {
      const call = provider.call(facts, x.abort.signal)
      return call instanceof Promise ? call.catch(error => blameProvider(error, provider, 'call')) : call
    } catch (error) {
      return blameProvider(error, provider, 'call')
    }
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
      const headers = { ...passable(x.request.headers), ...aim.headers }
      // What was read is no longer packed.
      if (body !== x.request.body) delete headers['content-encoding']
      // A form is written anew, with another boundary than the client's.
      if (body === undefined || body instanceof FormData) delete headers['content-type']
      const facts = { method, path, query, headers, ...(body !== undefined && { body }) }
      let call: UpstreamCall
      beginWait(x)
      try {
        call = await provider.native!(facts)
      } catch (error) {
        return blameProvider(error, provider, 'native')
      }
      if (provider.baseUrl !== undefined && !isBelow(call.url, provider.baseUrl))
        refuse('invalid_request', 'The address leads out of what the provider serves')
      const arrival = await send(x, call)
      return readNative(arrival, { provider, aim, method })
    }
  }
}

function unreachable(cause: unknown): never {
  throw new Unreachable(undefined, { cause })
}

/** Whatever a passage makes of what a client wrote: the operator's credentials go nowhere but below the base URL. */
function isBelow(url: string, baseUrl: string): boolean {
  const [to, base] = [URL.parse(url), URL.parse(baseUrl)]
  if (to === null || base === null) return false
  const isSame = to.origin === base.origin && to.username === '' && to.password === ''
  return isSame && to.pathname.startsWith(`${base.pathname.replace(/\/+$/, '')}/`)
}

const write = ({ text, members, form }: Body, changes: readonly Change[]): string | FormData =>
  form === undefined ? splice(text, changes, members) : spliceForm(form, changes)

/** Guards may have changed a body that they saw. */
function toSend({ body }: Aim, seen: Body | undefined): Sendable | undefined {
  if (!isBody(body)) return body
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

/**
 * What is between the client and us, and not for a provider (RFC 9110 7.6.1); what names or proves who calls, or who
 * pays; and what makes another call of the one that was checked.
 */
const PRIVATE = new RegExp(
  `^(?:${[
    'host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|http2-settings|expect|content-length|accept-encoding',
    'cookie2?|(?:.*-)?authorization|(?:.*-)?api-?key|(?:.*-)?(?:auth|access|security|session)-token|.*-subscription-key',
    'openai-organization|openai-project|x-goog-user-project|x-goog-iam-.*|x-amz-.*|x-ms-.*',
    'forwarded|via|origin|referer|proxy-.*|x-forwarded-.*|x-real-ip|true-client-ip|x-client-ip|sec-.*|access-control-.*|cf-.*',
    'x-modelway-.*|x-gomodel-.*|x-http-method|x-http-method-override|x-method-override|x-original-url|x-rewrite-url|traceparent|tracestate|baggage',
  ].join('|')})$`,
)

function passable(headers: Headers): Record<string, string> {
  const connection = headers.get('connection')?.toLowerCase() ?? ''
  const named = new Set(connection.split(',').map(name => name.trim()))
  return Object.fromEntries([...headers].filter(([name]) => !PRIVATE.test(name) && !named.has(name)))
}
