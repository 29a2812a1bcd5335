import { join } from 'node:path'
import { type Running, spawnGateway } from '../process/spawn.ts'
import type { Mint, Plan } from './provider.ts'

/** An identity provider in a process of its own. */
export interface Identity extends AsyncDisposable {
  readonly url: string
  token(claims?: Mint['claims'], more?: Omit<Mint, 'claims'>): Promise<string>
  plan(plan: Plan): Promise<void>
  rotate(): Promise<void>
  down(): Promise<void>
  up(): Promise<void>
  /** How often an address was asked. */
  count(path: string): Promise<number>
}

export async function startIdentity(): Promise<Identity> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'provider.ts')], {
    // Ends with whoever started it.
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const url = await firstUrl(child.stdout)
  const tell = (what: string, body: object = {}) =>
    fetch(`${url}/test/${what}`, { method: 'POST', body: JSON.stringify(body) })
  return {
    url,
    token: async (claims = {}, more = {}) => (await tell('mint', { claims, ...more })).text(),
    plan: async plan => void (await tell('plan', plan)),
    rotate: async () => void (await tell('rotate')),
    down: async () => void (await tell('down')),
    up: async () => void (await tell('up')),
    count: async path => ((await (await tell('counts')).json()) as Record<string, number>)[path] ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await child.exited
    },
  }
}

async function firstUrl(stdout: ReadableStream<Uint8Array>): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const part of stdout) {
    text += decoder.decode(part, { stream: true })
    const url = /Listening (\S+)/.exec(text)?.[1]
    if (url !== undefined) return url
  }
  throw new Error(`The identity provider does not start: ${text}`)
}

/** What makes its tokens good for calls. */
export const callersOf = ({ url }: Identity): Record<string, string> => ({
  OIDC_ISSUER: url,
  OIDC_AUDIENCE: 'modelway',
  OIDC_USER_PATH: '/team/{team}/{sub}',
})

/** What lets its people into the dashboard. */
export const operatorsOf = ({ url }: Identity): Record<string, string> => ({
  OIDC_ISSUER: url,
  OIDC_CLIENT_ID: 'dashboard',
  OIDC_CLIENT_SECRET: 'a-client-secret: with & signs',
  OIDC_ADMIN: 'groups=platform-admins',
})

export const bearing = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

export type { Running }
export { spawnGateway }
