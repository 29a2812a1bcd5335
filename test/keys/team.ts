import { expect } from 'bun:test'
import { type Parsed, startGateway, type TestGateway, type TestOptions } from '../kit.ts'

/** A key as the API tells of it, and the key itself where it was made just now. */
export interface Key {
  readonly id: string
  readonly key: string
  readonly [field: string]: unknown
}

/** A gateway, operators who make keys, and team leads who make some of their own. */
export interface Team extends AsyncDisposable {
  readonly house: TestGateway
  readonly admin: TestGateway['admin']
  /** A call with a key. */
  ask(by: Pick<Key, 'key'>, method: string, path: string, body?: object): Promise<Parsed>
  /** An operator makes a key. */
  make(said: object): Promise<Key>
  /** An operator makes a key that makes keys. */
  lead(said?: object): Promise<Key>
  /** The holder of a key makes another one. */
  makeBy(maker: Pick<Key, 'key'>, said?: object): Promise<Key>
  /** The status of a call of a model, and why not. */
  call(by: Pick<Key, 'key'>, model?: string, path?: string): Promise<number>
  /** Names of the keys that the holder of one sees. */
  seen(by: Pick<Key, 'key'>): Promise<readonly string[]>
}

export async function openTeam(options: TestOptions = {}): Promise<Team> {
  const house = await startGateway(options)
  const send = (
    key: string,
    method: string,
    path: string,
    { body, path: on }: { body?: object; path?: string },
  ) =>
    house.json(path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body && { 'content-type': 'application/json' }),
        ...(on !== undefined && { 'x-modelway-user-path': on }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
  const ask: Team['ask'] = ({ key }, method, path, body) => send(key, method, path, { ...(body && { body }) })
  const made = ({ status, body }: Parsed): Key => {
    expect([status, body.error?.message]).toEqual([201, undefined])
    return body
  }
  const make = async (said: object) => made(await house.admin('POST', '/admin/keys', said))
  return {
    house,
    admin: house.admin,
    ask,
    make,
    lead: said => make({ name: 'Lead', user_path: '/team/alpha', makes_keys: true, ...said }),
    makeBy: async (maker, said) => made(await ask(maker, 'POST', '/v1/keys', { name: 'Made', ...said })),
    async call({ key }, model = 'demo/parrot', path) {
      const body = { model, messages: [{ role: 'user', content: 'Hello' }] }
      const sent = await send(key, 'POST', '/v1/chat/completions', { body, ...(path && { path }) })
      return sent.status
    },
    seen: async by => (await ask(by, 'GET', '/v1/keys')).body.map(({ name }: Key) => name),
    [Symbol.asyncDispose]: house.close,
  }
}
