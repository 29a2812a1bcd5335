import type { Client } from '@libsql/client'
import { DatabaseAway } from './faults.ts'

/**
 * How long a server may take for an answer (milliseconds). A lock that somebody holds it takes away after five seconds;
 * plugins have ten for their end.
 */
const ANSWER = 8000
/** The same where tables are made or changed. */
export const MIGRATION = 600_000

interface ServerOptions {
  readonly url: string
  readonly authToken: string | undefined
  /** Milliseconds. */
  readonly patience?: number
}

/** A client of a libSQL server, in which each call has a deadline. Each is one request, so none leaves a transaction open. */
export async function openServer({ url, authToken, patience = ANSWER }: ServerOptions): Promise<Client> {
  const { createClient } = await import('@libsql/client/http')
  return createClient({
    url,
    ...(authToken !== undefined && { authToken }),
    fetch: createFetch(patience),
  })
}

/**
 * The client itself would wait for ever. After a call that nobody answered, others fail at once, until somebody answers a
 * knock: who calls need not wait in vain, and what is sent again and again into a silence might be done as often when
 * that is over.
 */
function createFetch(patience: number) {
  let isSilent = false
  let isKnocking = false
  const silence = () => new DatabaseAway(`no answer within ${patience / 1000} s`)

  async function send(request: Request): Promise<Response> {
    const signal = AbortSignal.timeout(patience)
    try {
      const response = await fetch(request, { signal, redirect: 'error', timeout: false })
      const { status, headers } = response
      return new Response(await response.arrayBuffer(), { status, headers })
    } catch (cause) {
      if (!signal.aborted) throw new DatabaseAway((cause as Error).message, { cause })
      isSilent = true
      void knock(request.url)
      throw silence()
    }
  }

  /** Any answer means that somebody is there again. */
  async function knock(url: string): Promise<void> {
    if (isKnocking) return
    isKnocking = true
    try {
      await fetch(new URL('.', url), { signal: AbortSignal.timeout(ANSWER), redirect: 'manual' })
      isSilent = false
    } catch {
      // The next call knocks again.
    }
    isKnocking = false
  }

  return async (request: Request): Promise<Response> => {
    if (!isSilent) return send(request)
    void knock(request.url)
    throw silence()
  }
}
