import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import * as v from 'valibot'
import { type Api, defineApi } from '../../src/contract/api.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { MASTER, startGateway, type TestGateway, until } from '../kit.ts'

/** Endpoints as a plugin from outside declares them: what they return is what src/contract/api.ts says becomes of it. */

const accesses = ['admin', 'caller', 'anyone'] as const

const make = (access: Api['access'], what: string, run: () => unknown, more: Partial<Api> = {}): Api =>
  defineApi({
    method: 'GET',
    path: `/own/${access}/${what}`,
    access,
    summary: what,
    tag: 'Own',
    answer: { about: 'What it returned' },
    run,
    ...more,
  })

const twoParts = () =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('one,'))
      controller.enqueue(new TextEncoder().encode('two'))
      controller.close()
    },
  })

const fail = (): never => {
  throw new Error('what a bug says is for the log')
}

const cookies: [string, string][] = [
  ['set-cookie', 'a=1; Path=/; Expires=Wed, 21 Oct 2037 07:28:00 GMT'],
  ['x-own', 'yes'],
  ['set-cookie', 'b=2; HttpOnly'],
  ['set-cookie', 'a=1; Path=/own'],
]

const created = { answer: { about: 'What was made', status: 201, schema: v.any() } }

const own = definePlugin({
  name: 'own',
  about: 'Made by a test.',
  setup: () => ({
    api: accesses.flatMap(access => [
      make(
        access,
        'response',
        () =>
          new Response(twoParts(), {
            status: 202,
            headers: { 'content-type': 'text/csv', 'x-own': 'yes', 'content-disposition': 'attachment' },
          }),
      ),
      ...['whole', null].map(body =>
        make(access, `cookies-${body}`, () => new Response(body, { headers: cookies })),
      ),
      make(access, 'empty', () => new Response(null, { status: 304, headers: { etag: '"7"' } })),
      make(access, 'nothing', () => undefined),
      make(access, 'made', () => ({ id: 1 }), created),
      make(access, 'fails', fail),
      make(access, 'no-json', () => ({ n: 1n })),
      defineApi({
        ...make(access, 'seg', () => 0),
        path: `/seg/${access}/:id/x`,
        run: ({ params }) => params,
      }),
    ]),
    passages: [
      {
        name: 'seg',
        methods: ['GET'],
        path: '/seg/passage/:id/x',
        about: 'Says a segment.',
        run: ({ params }) => ({
          kind: 'whole',
          contentType: 'application/json',
          body: new TextEncoder().encode(JSON.stringify(params)),
        }),
      },
      { name: 'own', methods: ['GET'], path: '/own/passage', about: 'Fails.', run: fail },
    ],
    pages: [
      { path: '/own-load', title: 'Own', load: fail, view: () => 'never' },
      {
        path: '/own-view',
        title: 'Own',
        load: () => 0,
        view: fail,
        parts: { part: fail },
        actions: { act: fail, forget: () => undefined as never },
      },
    ],
    providers: [
      {
        name: 'own',
        type: 'own',
        wires: new Set(['openai-chat']),
        asksUsage: false,
        configuredModels: ['one'],
        call: fail,
        native: fail,
      },
    ],
  }),
})

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ extra: [own] })
})
afterAll(() => gateway.close())

const ask = async (path: string) => {
  const response = await gateway.fetch(path, { headers: { authorization: `Bearer ${MASTER}` } })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

describe.each(accesses)('what an endpoint for "%s" returns', access => {
  test('goes out as it is where it is a Response: status, headers and body', async () => {
    const { status, headers, text } = await ask(`/own/${access}/response`)
    expect([status, text]).toEqual([202, 'one,two'])
    expect(headers.get('content-type')).toBe('text/csv')
    expect(headers.get('x-own')).toBe('yes')
    expect(headers.get('content-disposition')).toBe('attachment')
  })

  test('goes out as it is where it is a Response without a body', async () => {
    const { status, headers, text } = await ask(`/own/${access}/empty`)
    expect([status, text, headers.get('etag'), headers.get('content-type')]).toEqual([304, '', '"7"', null])
  })

  test('goes out with each of its cookies, with a body and without', async () => {
    for (const body of ['whole', null]) {
      const { status, headers, text } = await ask(`/own/${access}/cookies-${body}`)
      expect([status, text, headers.get('x-own')]).toEqual([200, body ?? '', 'yes'])
      const set = cookies.flatMap(([name, value]) => (name === 'set-cookie' ? [value] : []))
      expect([body, headers.getSetCookie()]).toEqual([body, set])
    }
  })

  test('becomes 204 where it is undefined', async () => {
    const { status, headers, text } = await ask(`/own/${access}/nothing`)
    expect([status, text, headers.get('content-type')]).toEqual([204, '', null])
  })

  test('becomes JSON with the status that it declares', async () => {
    const { status, headers, text } = await ask(`/own/${access}/made`)
    expect([status, JSON.parse(text)]).toEqual([201, { id: 1 }])
    expect(headers.get('content-type')).toStartWith('application/json')
  })
})

describe('a segment of the address', () => {
  for (const kind of [...accesses, 'passage']) {
    test(`that is not correctly percent-encoded is refused with 400, by an endpoint for "${kind}"`, async () => {
      expect((await ask(`/seg/${kind}/a%20b/x`)).text).toContain('a b')
      for (const path of [`/seg/${kind}/%E0%A4/x`, `/seg/${kind}/%/x`]) {
        const { status, text } = await ask(path)
        expect([path, status, JSON.parse(text).error]).toMatchObject([
          path,
          400,
          { code: 'invalid_request', message: 'The address is not correctly percent-encoded' },
        ])
      }
    })
  }
})

describe('a bug', () => {
  const places: readonly (readonly [place: string, path: string, init?: RequestInit])[] = [
    ...accesses.flatMap(access =>
      ['fails', 'no-json'].map(what => [`GET /own/${access}/${what}`, `/own/${access}/${what}`] as const),
    ),
    ['GET /own/passage', '/own/passage'],
    ['GET /dashboard/own-load', '/dashboard/own-load'],
    ['GET /dashboard/own-view', '/dashboard/own-view'],
    ['GET /dashboard/own-view/part', '/dashboard/own-view/part'],
    ['POST /dashboard/own-view/act', '/dashboard/own-view/act', { method: 'POST' }],
    ['POST /dashboard/own-view/forget', '/dashboard/own-view/forget', { method: 'POST' }],
    [
      'call of provider own',
      '/v1/chat/completions',
      { method: 'POST', body: JSON.stringify({ model: 'own/one', messages: [] }) },
    ],
    ['native of provider own', '/p/own/x'],
  ]

  for (const [place, path, init] of places) {
    test(`at "${place}" is told by the log with the plugin and the id of the answer`, async () => {
      const before = gateway.logs.length
      const response = await gateway.fetch(path, { ...init, headers: { authorization: `Bearer ${MASTER}` } })
      const text = await response.text()
      expect([response.status, JSON.parse(text).error.code]).toEqual([500, 'internal_error'])
      expect(text).not.toMatch(/what a bug says|own|BigInt|undefined/)
      const bugs = () =>
        gateway.logs.slice(before).filter(({ message }) => /because of a bug/.test(`${message}`))
      await until(() => bugs().length > 0, 'the log to tell')
      expect(bugs()).toMatchObject([{ level: 'error', id: response.headers.get('x-request-id') }])
      expect(String(bugs()[0]!.error)).toContain(`Plugin "own" failed in "${place}"`)
    })
  }
})
