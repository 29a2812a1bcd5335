import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type House, openHouse } from '../kernel/house.ts'
import { askOnce } from '../kernel/raw.ts'
import { MASTER } from '../kit.ts'
import { header, normalise, pathOf, startDenying, text } from './paths.ts'
import { at, startWorld } from './world.ts'

describe('U1', () => {
  test('U1 reads the path from its header, and from that of GoModel', async () => {
    await using world = await startDenying()
    expect(await pathOf(world, {})).toBe('/')
    expect(await pathOf(world, header('/a'))).toBe('/a')
    expect(await pathOf(world, header('/a', 'X-MODELWAY-USER-PATH'))).toBe('/a')
    expect(await pathOf(world, header('/b', 'x-gomodel-user-path'))).toBe('/b')
    const both = { headers: { 'x-modelway-user-path': '/a', 'x-gomodel-user-path': '/b' } }
    expect(await pathOf(world, both)).toBe('/a')
  })

  test('U1 takes another header when told to, and no longer the usual one', async () => {
    await using world = await startDenying({ env: { USER_PATH_HEADER: 'X-Team' } })
    expect(await pathOf(world, header('/a', 'x-team'))).toBe('/a')
    expect(await pathOf(world, header('/a'))).toBe('/')
    expect(await pathOf(world, header('/b', 'x-gomodel-user-path'))).toBe('/b')
  })
})

test('U2 reads what is sent as UTF-8 as that, and what cannot be as Latin-1', async () => {
  await using world = await startDenying()
  const bytes = (text: string) => String.fromCharCode(...new TextEncoder().encode(text))
  for (const path of ['/équipe', '/チーム/アルファ', '/a/😀'])
    expect(await pathOf(world, header(bytes(path)))).toBe(path)
  expect(await pathOf(world, header('/\xe9quipe'))).toBe('/équipe')
  const { status } = await world.call('GET', '/v1/models', undefined, header(bytes('/a\u0085b')))
  expect(status).toBe(400)
})

describe('U1 a path that is said twice', () => {
  /** A call with these lines in its head, as they come over the wire. */
  async function send({ port }: House, path: string, lines: readonly string[], key = MASTER) {
    const isPost = path !== '/v1/models'
    const body = isPost ? JSON.stringify({ model: 'openai/one', messages: [], max_tokens: 1 }) : ''
    const head = [
      `${isPost ? 'POST' : 'GET'} ${path} HTTP/1.1`,
      'host: localhost',
      `authorization: Bearer ${key}`,
      'content-type: application/json',
      `content-length: ${body.length}`,
      ...lines,
    ]
    const answer = await askOnce(port, `${head.join('\r\n')}\r\n\r\n${body}`)
    return { status: answer!.status, body: JSON.parse(answer!.body) as unknown }
  }
  const twice = (first: string, second: string, name = 'X-Modelway-User-Path') => [
    `${name}: ${first}`,
    `${name.toLowerCase()}: ${second}`,
  ]
  const says = expect.stringMatching(/^Header "x-modelway-user-path" .*more than once/)

  test('is refused in the language of the call', async () => {
    await using house = await openHouse()
    const error = { type: 'invalid_request_error', message: says }
    for (const lines of [
      twice('/a', '/b'),
      twice('/a', '/a'),
      twice('/a', 'b'),
      twice('/a', ''),
      twice('', '/b'),
    ])
      expect([lines, await send(house, '/v1/chat/completions', lines)]).toEqual([
        lines,
        {
          status: 400,
          body: { error: { ...error, code: 'invalid_request', param: 'x-modelway-user-path' } },
        },
      ])
    expect(await send(house, '/v1/messages', twice('/a', '/b'))).toMatchObject({
      status: 400,
      body: { type: 'error', error },
    })
    expect((await send(house, '/v1/models', twice('/a', '/b'))).status).toBe(400)
    const gomodel = await send(house, '/v1/models', twice('/a', '/b', 'X-GoModel-User-Path'))
    expect([gomodel.status, at(gomodel.body, 'error', 'param')]).toEqual([400, 'x-gomodel-user-path'])
    expect((await send(house, '/v1/models', ['x-modelway-user-path: /a,b/c'])).status).toBe(200)
    expect(house.received()).toEqual([])
  })

  test("is nobody's business where a key has a path of its own", async () => {
    await using house = await openHouse()
    const { key } = (await house.test.admin('POST', '/admin/keys', { name: 'k', user_path: '/team' })).body
    expect((await send(house, '/v1/models', twice('/a', '/b'), key)).status).toBe(200)
  })
})

describe('U2', () => {
  const examples: readonly (readonly [header: string, path: string | 400])[] = [
    ['', '/'],
    ['   ', '/'],
    ['/', '/'],
    ['///', '/'],
    ['team', '/team'],
    ['/team/a/', '/team/a'],
    [' / team // a b / ', '/team/a b'],
    ['/Team/A', '/Team/A'],
    ['/team%2Fa', '/team%2Fa'],
    ['/%2e%2e/a', '/%2e%2e/a'],
    ['/team\\a', '/team\\a'],
    ['/.../..a/a..', '/.../..a/a..'],
    ['.', 400],
    ['/team/..', 400],
    ['/team/../b', 400],
    ['/team/ .. /b', 400],
    ['/a:b', 400],
    ['/a\tb', 400],
    [`/${'x'.repeat(600)}`, 400],
    ['/x'.repeat(40), 400],
  ]

  test('U2 trims, adds the leading slash, drops empty segments, decodes nothing, and refuses the rest', async () => {
    await using world = await startDenying()
    for (const [value, expected] of examples)
      expect([value, await pathOf(world, header(value))]).toEqual([value, expected])
  })

  test('U2 reads every path as the rule says, and what it has read it reads again as it is', async () => {
    await using world = await startDenying()
    await fc.assert(
      fc.asyncProperty(text, async value => {
        const path = await pathOf(world, header(value))
        expect(path).toBe(normalise(value))
        if (path !== 400) expect(await pathOf(world, header(String(path)))).toBe(path)
      }),
      { numRuns: 3000 },
    )
  })

  test('U2 reads paths of keys and policies as it reads the header', async () => {
    await using world = await startDenying()
    await fc.assert(
      fc.asyncProperty(text, async value => {
        const expected = normalise(value)
        const key = await world.call('POST', '/admin/keys', { name: 'k', user_path: value })
        const isUnset = value.trim() === ''
        if (expected === 400) expect(key.status).toBe(422)
        else expect(at(key.body, 'user_path')).toBe(isUnset ? null : expected)
        const body = { source: 'r', target_model: 'vllm/alpha', user_paths: [value] }
        const row = await world.call('PUT', '/admin/virtual-models', body)
        if (expected === 400 || isUnset) expect(row.status).toBe(400)
        else expect(at(row.body, 'user_paths')).toEqual([expected])
      }),
      { numRuns: 200 },
    )
  })

  test('U2 tells inside from outside by whole segments, for every path and scope', async () => {
    await using world = await startWorld({ lists: { vllm: ['alpha'] } })
    const segment = fc.constantFrom('a', 'b', 'ab', 'a-', 'A', 'a%2Fb')
    const path = fc.array(segment, { maxLength: 4 })
    const isBelow = (inner: readonly string[], outer: readonly string[]) =>
      outer.every((name, index) => inner[index] === name)
    await fc.assert(
      fc.asyncProperty(
        fc.array(path, { minLength: 1, maxLength: 3 }),
        fc.array(path),
        async (scopes, callers) => {
          await world.put({ source: 'vllm/alpha', user_paths: scopes.map(scope => `/${scope.join('/')}`) })
          for (const caller of callers) {
            const listed = await world.list({ path: `/${caller.join('/')}` })
            expect(listed.length > 0).toBe(scopes.some(scope => isBelow(caller, scope)))
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
