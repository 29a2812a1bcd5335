import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MASTER, type Parsed, startGateway, type TestGateway, type TestOptions } from '../kit.ts'

export const VIRTUAL = '/admin/virtual-models'

/** An operator at a gateway of their own. */
export interface Desk extends AsyncDisposable {
  readonly test: TestGateway
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Parsed>
  /** Stores a virtual model; fails when it is refused. */
  put(body: object): Promise<Parsed>
  /** Creates a key; fails when it is refused. */
  key(body?: object): Promise<Parsed>
  /** The versions of a virtual model or a key, or all of them; oldest first. */
  history(subject?: string): Promise<readonly Entry[]>
}

export interface Entry {
  readonly id: number
  readonly kind: string
  readonly subject: string
  readonly version: number
  readonly action: string
  readonly author: string
  readonly at: string
  readonly fields: readonly string[]
  readonly restored: number | null
}

/** Versions in a few words: `2 rename smarter`. */
export const brief = (entries: readonly Entry[]): string[] =>
  entries.map(({ version, action, subject }) => `${version} ${action} ${subject}`)

export async function openDesk(options: TestOptions = {}): Promise<Desk> {
  const test = await startGateway(options)
  const call: Desk['call'] = (method, path, body, headers) =>
    test.json(path, {
      method,
      headers: {
        authorization: `Bearer ${MASTER}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  const expectStatus = (reply: Parsed, status: number): Parsed => {
    if (reply.status !== status) throw new Error(`Answered ${reply.status}: ${JSON.stringify(reply.body)}`)
    return reply
  }
  return {
    test,
    call,
    put: async body =>
      expectStatus(await call('PUT', VIRTUAL, { target_model: 'demo/parrot', ...body }), 200),
    key: async body => expectStatus(await call('POST', '/admin/keys', { name: 'Alpha', ...body }), 201),
    async history(subject) {
      const query = subject === undefined ? '' : `&subject=${encodeURIComponent(subject)}`
      const { body } = await call('GET', `/admin/history?limit=200${query}`)
      return body.data.toReversed()
    },
    [Symbol.asyncDispose]: () => test.close(),
  }
}

export function createFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'modelway-history-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}
