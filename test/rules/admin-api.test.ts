import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { at, startWorld, type World } from './world.ts'

const VIRTUAL = '/admin/virtual-models'
const KEYS = '/admin/keys'
const LONG = 'x'.repeat(10_000)
const badNames: readonly (readonly [what: string, name: unknown])[] = [
  ['a NUL', 'a\u0000b'],
  ['a line break', 'a\nb'],
  ['an escape sequence', 'a\u001b[31mb'],
  ['a delete character', 'a\u007fb'],
  ['a C1 control character', 'a\u0085b'],
  ['a line separator', 'a\u2028b'],
  ['half of a letter', 'a\ud800b'],
  ['10 kB', LONG],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['prototype', 'prototype'],
  ['a number', 7],
  ['an object', { name: 'a' }],
  ['a list', ['a']],
  ['null', null],
]
type Case = readonly [what: string, body: object, field: string]
const target = (value: unknown) => ({ source: 'r', targets: value })
const redirect = (fields: object) => ({ source: 'r', target_model: 'vllm/alpha', ...fields })
const policy = (fields: object) => ({ source: 'vllm/', ...fields })

const cases: readonly Case[] = [
  ...badNames.flatMap(([what, name]): Case[] => [
    [`${what} as source`, { source: name, target_model: 'vllm/alpha' }, 'source'],
    [`${what} as target_model`, { source: 'r', target_model: name }, 'target_model'],
    [`${what} as model of a target`, target([{ model: name }]), 'targets.0.model'],
    [`${what} as provider of a target`, target([{ model: 'alpha', provider: name }]), 'targets.0.provider'],
    [`${what} as old_source`, redirect({ old_source: name }), 'old_source'],
  ]),
  ...['\u200b', '\u200d', '\u200e', '\u202e', '\u2066', '\ufeff'].flatMap((char): Case[] => {
    const [what, name] = [`U+${char.charCodeAt(0).toString(16)}`, `a${char}b`]
    return [
      [`${what} in a source`, { source: name, target_model: 'vllm/alpha' }, 'source'],
      [`${what} in a name that is none yet`, { source: name, old_source: name, target_model: 'b' }, 'source'],
      [`${what} in target_model`, { source: 'r', target_model: name, force: true }, 'target_model'],
      [`${what} in a target`, target([{ model: 'vllm/alpha' }, { model: name }]), 'targets.1.model'],
    ]
  }),
  ['no source', { target_model: 'vllm/alpha' }, 'source'],
  ['an empty source', { source: '', target_model: 'vllm/alpha' }, 'source'],
  ['a blank source', { source: ' \t', target_model: 'vllm/alpha' }, 'source'],
  ...['/', 'vllm/', 'nobody/'].map(
    (source): Case => [
      `a redirect with the selector ${source} as name`,
      { source, target_model: 'vllm/alpha', force: true },
      'source',
    ],
  ),
  ['a blank target and nothing else', { source: 'vllm/', target_model: ' ' }, 'user_paths'],
  ['targets that are no list', target('vllm/alpha'), 'targets'],
  ['a target that is a string', target(['vllm/alpha']), 'targets.0'],
  ['a target without model', target([{ weight: 1 }]), 'targets.0.model'],
  ['a target with an unknown field', target([{ model: 'alpha', priority: 1 }]), 'targets.0.priority'],
  ['65 targets', target(Array.from({ length: 65 }, (_, i) => ({ model: `m${i}` }))), 'targets'],
  ['a target twice', target([{ model: 'vllm/alpha' }, { model: 'vllm/alpha' }]), 'targets'],
  [
    'a target twice, spelled in two ways',
    target([{ model: 'alpha', provider: 'vllm' }, { model: 'vllm/alpha' }]),
    'targets',
  ],
  ['two different targets', redirect({ targets: [{ model: 'beta' }] }), 'targets'],
  ['a target that is the redirect itself', { source: 'r', target_model: 'r' }, 'target_model'],
  ['a list with only the redirect itself', { source: 'r', targets: [{ model: 'r' }] }, 'target_model'],
  ['a provider that is not there', redirect({ target_model: 'nobody/alpha' }), 'target_model'],
  ['a model that its provider does not list', redirect({ target_model: 'vllm/none' }), 'target_model'],
  ['a name that nobody lists', redirect({ target_model: 'none' }), 'target_model'],
  ...[-1, 0, 0.5, 1e9, '3', null, true, 1e308].map(
    (weight): Case => [`the weight ${weight}`, target([{ model: 'alpha', weight }]), 'targets.0.weight'],
  ),
  ...['random', 'Failover', '', null, 1].map(
    (strategy): Case => [`the strategy ${strategy}`, redirect({ strategy }), 'strategy'],
  ),
  ...['session_affinity', 'failover', 'enabled', 'force'].map(
    (field): Case => [`a string as ${field}`, redirect({ [field]: 'true' }), field],
  ),
  ['user paths that are no list', redirect({ user_paths: '/team' }), 'user_paths'],
  ...['', '  ', '/..', '/a/./b', '/a:b', '/a\nb', `/${LONG}`, 7, null].map(
    (path): Case => [
      `the user path ${String(path).slice(0, 20)}`,
      policy({ user_paths: ['/ok', path] }),
      'user_paths.1',
    ],
  ),
  ['1001 user paths', policy({ user_paths: Array.from({ length: 1001 }, (_, i) => `/p${i}`) }), 'user_paths'],
  ['a policy that says nothing', policy({}), 'user_paths'],
  ['an unknown reach', policy({ reach: 'direct' }), 'reach'],
  ['the reach of a redirect', redirect({ reach: 'redirect' }), 'reach'],
  ['the strategy of a policy', policy({ enabled: false, strategy: 'failover' }), 'strategy'],
  ['the failover of a policy', policy({ enabled: false, failover: true }), 'failover'],
  ['an endless description', redirect({ description: LONG }), 'description'],
  ...[
    'id',
    'version',
    'managed',
    'kind',
    'valid',
    'resolved_model',
    'updated_at',
    'userPaths',
    'scopes',
    'targetModel',
  ].map((field): Case => [`the field ${field}`, redirect({ [field]: true }), field]),
]

const keyCases: readonly Case[] = [
  ...[undefined, '', '  ', 7, null, LONG].map(
    (name): Case => [`the name ${String(name).slice(0, 20)}`, { name }, 'name'],
  ),
  ...['/..', '/a:b', `/${LONG}`, 7].map(
    (path): Case => [
      `the user path ${String(path).slice(0, 20)}`,
      { name: 'k', user_path: path },
      'user_path',
    ],
  ),
  ['sub paths of nothing', { name: 'k', sub_paths: true }, 'sub_paths'],
  ['an empty selector', { name: 'k', allowed_models: ['vllm/', ' '] }, 'allowed_models.1'],
  ['a selector for a list', { name: 'k', allowed_models: 'vllm/' }, 'allowed_models'],
  ['a label without name', { name: 'k', labels: { '': 'x' } }, 'labels.'],
  ...[
    'tomorrow',
    '31.12.2030',
    '2020-01-01T00:00:00Z',
    '2097-02-29T00:00:00Z',
    '2096-04-31T00:00:00Z',
    7,
  ].map((expires_at): Case => [`the expiry ${expires_at}`, { name: 'k', expires_at }, 'expires_at']),
  ...[
    'id',
    'hash',
    'key',
    'kind',
    'last_four',
    'lastFour',
    'revoked_at',
    'created_at',
    'previous_hash',
    'master',
  ].map((field): Case => [`the field ${field}`, { name: 'k', [field]: 'x' }, field]),
]

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

/** Refused, with a message for people and the request's id; returns the error. */
async function expectRefused(method: string, path: string, body: unknown): Promise<unknown> {
  const reply = await world.call(method, path, body)
  const error = at(reply.body, 'error')
  expect([400, 422]).toContain(reply.status)
  expect(at(error, 'type')).toBe('invalid_request_error')
  expect(reply.headers.get('x-request-id')).toBeTruthy()
  const message = String(at(error, 'message'))
  expect(message.length).toBeWithin(10, 1000)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may reach a terminal
  expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]|\[object|undefined/)
  return error
}

describe('PUT /admin/virtual-models', () => {
  test.each(cases)('Admin JSON refuses %s, naming the field', async (_, body, field) => {
    const before = (await world.call('GET', VIRTUAL)).body
    expect(await expectRefused('PUT', VIRTUAL, body)).toMatchObject({ param: field })
    expect((await world.call('GET', VIRTUAL)).body).toEqual(before)
  })

  test('R7 refuses an unknown strategy with 400 and names the known ones', async () => {
    const { status, body } = await world.call('PUT', VIRTUAL, redirect({ strategy: 'random' }))
    expect([status, at(body, 'error', 'message')]).toEqual([
      400,
      expect.stringMatching(/round_robin.*failover/),
    ])
  })

  test('R5 spells out a circle', async () => {
    const links = ['one', 'two', 'three']
    for (const [index, source] of links.entries())
      await world.put({ source, target_model: links[index + 1] ?? 'vllm/alpha' })
    const error = await expectRefused('PUT', VIRTUAL, { source: 'three', target_model: 'one' })
    const spelled = String(at(error, 'message')).match(/"[^"]+"/g) ?? []
    expect(spelled).toHaveLength(4)
    expect(spelled[0]).toBe(spelled[3]!)
    expect(`${spelled.slice(0, 3)},${spelled.slice(0, 3)}`).toContain('"one","two","three"')
    for (const source of links) await world.call('DELETE', VIRTUAL, { source })
  })

  test('R1 asks whether a similar target was meant', async () => {
    const error = await expectRefused('PUT', VIRTUAL, redirect({ target_model: 'vlm/alpha' }))
    expect(at(error, 'message')).toContain('Did you mean "vllm/alpha"?')
    expect(at(error, 'message')).toContain('"force": true')
  })
})

describe('DELETE /admin/virtual-models', () => {
  test('Admin JSON refuses a body that names no source', async () => {
    for (const body of [{}, { source: 7 }, { source: null }, { source: ['a'] }, { source: 'a', all: true }])
      await expectRefused('DELETE', VIRTUAL, body)
    for (const source of ['', 'missing', '__proto__', '*', '%'])
      expect((await world.call('DELETE', VIRTUAL, { source })).status).toBe(404)
  })
})

describe('POST /admin/keys', () => {
  test.each(keyCases)('K1 refuses %s, naming the field', async (_, body, field) => {
    const before = (await world.call('GET', KEYS)).body
    expect(await expectRefused('POST', KEYS, body)).toMatchObject({ param: field })
    expect((await world.call('GET', KEYS)).body).toEqual(before)
  })

  test('K1 refuses a grace that is no time', async () => {
    const { body } = await world.call('POST', KEYS, { name: 'k' })
    for (const grace_seconds of [-1, 0.5, 1e12, '60', null])
      await expectRefused('POST', `${KEYS}/${at(body, 'id')}/roll`, { grace_seconds })
  })
})

describe('every body', () => {
  test('Admin JSON takes JSON objects only', async () => {
    const deep = `{"source":${'['.repeat(500)}${']'.repeat(500)}}`
    const bodies = [
      '',
      ' ',
      '{',
      '{"source":}',
      '[]',
      'null',
      '7',
      '"smart"',
      '[{"source":"a"}]',
      deep,
      '{}x',
      '{"a":1e}',
    ]
    for (const body of bodies)
      for (const path of [VIRTUAL, KEYS]) await expectRefused(path === KEYS ? 'POST' : 'PUT', path, body)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect(
        (await world.call('PUT', VIRTUAL, redirect({}), { headers: { 'content-type': type } })).status,
      ).toBe(400)
  })

  test('Admin JSON leaves the prototypes of all objects alone', async () => {
    const bodies = [
      '{"source":"p1","target_model":"vllm/alpha","__proto__":{"polluted":true}}',
      '{"source":"p2","targets":[{"model":"vllm/alpha","__proto__":{"polluted":true}}]}',
      '{"source":"p3","target_model":"vllm/alpha","constructor":{"prototype":{"polluted":true}}}',
    ]
    for (const body of bodies) expect((await world.call('PUT', VIRTUAL, body)).status).toBeLessThan(500)
    const labels = '{"name":"k","labels":{"__proto__":"x","constructor":"y","toString":"z"}}'
    expect((await world.call('POST', KEYS, labels)).status).toBeLessThan(500)
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted')
    expect(String({})).toBe('[object Object]')
    expect((await world.call('GET', KEYS)).status).toBe(200)
  })
})
