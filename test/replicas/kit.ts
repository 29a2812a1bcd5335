import { bearer, chatInit, type Running, spawnGateway } from '../process/spawn.ts'
import { createUntil } from '../until.ts'

/** Gateways as processes of their own, on one libSQL server. */

export const openGateway = (DATABASE_URL: string, env: Record<string, string> = {}): Promise<Running> =>
  spawnGateway({ env: { DATABASE_URL, DEMO: 'true', ...env } })

/** An admin call, or one of a caller with this key. */
export async function say(gateway: Running, call: string, body?: object, key?: string) {
  const [method = '', path = ''] = call.split(' ')
  const response = await gateway.fetch(path, {
    method,
    headers: {
      ...bearer,
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const { status, headers } = response
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
  return { status, headers, body: text === '' ? undefined : (JSON.parse(text) as any) }
}

/** A call of a model; the status of its answer. */
export async function chat(gateway: Running, headers: Record<string, string> = {}): Promise<number> {
  const init = chatInit({ model: 'demo/parrot', messages: [{ role: 'user', content: 'Hello' }] })
  const response = await gateway.fetch('/v1/chat/completions', {
    ...init,
    headers: { ...(init.headers as Record<string, string>), ...headers },
  })
  await response.arrayBuffer()
  return response.status
}

/** Waits until something holds; returns how long that took (milliseconds). */
export const eventually = createUntil(10_000)

/** How many calls the records know of, in all. */
export const recorded = async (gateway: Running): Promise<number> =>
  (await say(gateway, 'GET /admin/usage')).body.total?.calls ?? 0
