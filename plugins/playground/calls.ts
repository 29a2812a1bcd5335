import { describe } from '../../src/base/describe.ts'
import type { Host } from '../../src/contract/plugin.ts'
import { ORIGIN } from '../../src/door/address.ts'
import type { Awaitable } from '../../src/types.ts'
import { duration } from '../../views/format.ts'
import { spell } from '../../views/name.tsx'
import type { Auth } from '../auth/model.ts'
import type { Receipts } from '../usage/model.ts'
import { curlOf, type Seen } from './curl.ts'
import { type Line, type Links, type Texts, toStream } from './lines.ts'
import type { Question } from './question.ts'
import { type Opened, readAnswer } from './read.ts'
import { callerText, headTexts, receiptTexts } from './words.ts'

/** Set on every call that is made here, so that its cost can be told from what its caller spent. */
const LABELS = { via: 'playground' }

/** So long a record may take to be written (milliseconds). */
const PATIENCE = 3000

export interface CallsDeps extends Pick<Host, 'call' | 'site' | 'log'> {
  readonly auth: Pick<Auth, 'vouch'>
  readonly receipts: Receipts
  readonly paths: {
    /** The header in which callers name their user path. */
    readonly header: string
    /** A path as it stands there. */
    toWire(path: string): string
  }
}

export interface Calls {
  /** Makes a call, and tells of it while it goes on. Never throws. */
  run(question: Question, seen: Seen, signal: AbortSignal): AsyncGenerator<Line, void>
}

/**
 * Calls that an operator makes from the page, by the way that every call takes: the gateway's own door, with policies,
 * translation, breaker and usage record. The gateway knows their caller by the very request: no key is needed, and nobody
 * else can send that object.
 */
export function createCalls({ call, site, log, auth, receipts, paths }: CallsDeps): Calls {
  function toRequest({ language, body, saidPath }: Question, signal: AbortSignal) {
    const headersFor = (path: string): Record<string, string> => ({
      'content-type': 'application/json',
      ...language.headers,
      ...(saidPath !== '' && { [paths.header]: path }),
    })
    const sent = JSON.stringify(body, null, 2)
    const init = { method: 'POST', headers: headersFor(paths.toWire(saidPath)), body: sent, signal }
    const request = new Request(`${ORIGIN}${site.base}${language.path}`, init)
    return { sent, headers: headersFor(saidPath), request }
  }

  const linksOf = ({ model, saidPath, key }: Question, id: string | undefined): Links => ({
    explain: `${site.base}/dashboard/explain?${new URLSearchParams({ model, user_path: saidPath, key })}`,
    ...(id !== undefined && {
      requests: `${site.base}/dashboard/requests?${new URLSearchParams({ call: id })}`,
    }),
  })

  async function* run(question: Question, seen: Seen, signal: AbortSignal): AsyncGenerator<Line, void> {
    const { language, caller } = question
    const { request, sent, headers } = toRequest(question, signal)
    const labelled = { ...caller, labels: { ...caller.labels, ...LABELS } }
    let given: string | undefined
    auth.vouch(request, ({ id }) => {
      given = id
      return labelled
    })
    const began = performance.now()
    const answering = open(call(request), signal)
    const curl = curlOf(seen, language.path, { headers, body: sent, isStream: question.stream })
    yield {
      tone: 'busy',
      put: { name: spell(question.model), state: 'Waiting', caller: callerText(question, seen), sent, curl },
      links: linksOf(question, given),
    }
    try {
      const answer = await Promise.race([answering, givenUp(signal)])
      const { response } = answer
      const id = response.headers.get('x-request-id') ?? given
      yield { put: headTexts(response), links: linksOf(question, id) }
      let isAwaited = question.stream
      for await (const line of readAnswer(answer, language, signal)) {
        if (isAwaited && (line.add?.answer || line.add?.thought)) {
          isAwaited = false
          yield { put: { first: since(began) } }
        }
        yield line.tone === undefined ? line : { ...line, put: { ...line.put, whole: since(began) } }
      }
      if (id !== undefined) yield { put: receiptTexts(await receipts.find(id, PATIENCE)) }
    } catch (error) {
      if (!signal.aborted) log.error('A call from the playground failed', { error: describe(error) })
      yield { tone: 'bad', put: signal.aborted ? TOO_LATE : FAILED }
    }
  }

  return { run }
}

/** An answer whose bytes are cancelled with its reader, as if the client had hung up, whether or not they are read yet. */
function open(answering: Awaitable<Response>, signal: AbortSignal): Promise<Opened> {
  const opening = Promise.resolve(answering).then(response => ({
    response,
    reader: response.body?.getReader(),
  }))
  const cancel = () => opening.then(({ reader }) => reader?.cancel())
  signal.addEventListener('abort', () => void cancel().catch(() => {}))
  opening.catch(() => {})
  return opening
}

/** A gateway that reads on for clients that hung up does not give up with them; whoever waits here does. */
const givenUp = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

const since = (began: number): string => duration(performance.now() - began)

const TOO_LATE: Texts = { state: 'Given up', note: 'No answer within 50 seconds: a page waits no longer.' }
const FAILED: Texts = { state: 'Failed', note: 'The gateway failed: its log says why.' }

/** The same as an answer that arrives line by line. Whoever goes away cancels the call. */
export function answerLines(
  lines: (signal: AbortSignal) => AsyncGenerator<Line, void>,
  gone: AbortSignal,
): Response {
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  gone.addEventListener('abort', stop)
  return new Response(toStream(lines(stopping.signal), stop), {
    headers: {
      // Never markup, whatever a model says.
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-content-type-options': 'nosniff',
      'x-accel-buffering': 'no',
    },
  })
}
