import { describe, expect, test } from 'bun:test'
import * as v from 'valibot'
import type { Api } from '../../src/contract/api.ts'
import type { Host, Parts, Plugin } from '../../src/contract/plugin.ts'
import { flag } from '../../src/contract/settings.ts'
import { ConfigError, refuse } from '../../src/errors.ts'
import { blaming } from '../../src/loading/blaming.ts'
import { checkPlugin } from '../../src/loading/plugin-shape.ts'
import { assemble } from '../../src/registry.ts'
import { MASTER, startGateway, until } from '../kit.ts'

type Text = ReturnType<typeof v.string>

/** What types would forbid, and what arrives all the same where nobody checks them. */
const wild = (name: string, parts: unknown): Plugin => ({
  name,
  about: 'Made by a test.',
  setup: () => parts as Parts,
})

async function problemsOf(run: () => unknown): Promise<readonly string[]> {
  try {
    await run()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

const assembled = (...parts: readonly unknown[]) =>
  problemsOf(() =>
    assemble(
      parts.map((part, i) => wild(['odd', 'even', 'third'][i]!, part)),
      {},
      () => ({}) as never,
    ),
  )

const route = (more: object = {}) => ({
  method: 'GET',
  path: '/x/secret',
  access: 'admin',
  summary: 'X',
  tag: 'X',
  answer: { about: 'X' },
  run: () => ({ open: true }),
  ...more,
})
const page = (more: object = {}) => ({ path: '/x', title: 'X', load: () => 0, view: () => '', ...more })
const provider = (more: object = {}) => ({
  name: 'acme',
  type: 'acme',
  wires: new Set(['openai-chat']),
  asksUsage: true,
  call: () => new Response(),
  ...more,
})

describe('what setup returns', () => {
  const wrong: readonly (readonly [parts: unknown, says: string])[] = [
    [undefined, 'its setup returned undefined, expected an object with what it contributes'],
    ['hooks', 'its setup returned a string, expected an object with what it contributes'],
    [[], 'its setup returned a list, expected an object with what it contributes'],
    [
      { origins: ['not an origin'] },
      'origins[0]: expected an origin such as https://example.com, it is "not an origin"',
    ],
    [
      { origins: ['https://example.com', 'https://example.com/v1'] },
      'origins[1]: expected an origin such as https://example.com, it is "https://example.com/v1"',
    ],
    [
      { providers: [provider({ origins: ['ftp://example.com'] })] },
      'providers[0].origins[0] of "acme": expected an origin such as https://example.com, it is "ftp://example.com"',
    ],
    [{ gaurd() {} }, 'gaurd: there is no such member. Did you mean "guard"?'],
    [{ guard: 5 }, 'guard: expected a function, it is 5'],
    [{ api: route() }, 'api: expected a list, it is Object'],
    [{ api: [route({ access: undefined })] }, 'api[0].access of "GET /x/secret": it is missing'],
    [
      { api: [route({ access: 'operator' })] },
      'api[0].access of "GET /x/secret": expected "admin" or "caller" or "anyone", it is "operator"',
    ],
    [
      { api: [route({ acess: 'admin' })] },
      'api[0].acess of "GET /x/secret": there is no such member. Did you mean "access"?',
    ],
    [
      { api: [route(), route({ path: 'nope' })] },
      'api[1].path of "GET nope": expected a path such as "/teams/:id" or "/teams/*", it is "nope"',
    ],
    [{ api: [route({ run: 'it' })] }, 'api[0].run of "GET /x/secret": expected a function, it is "it"'],
    [
      { api: [route({ body: { a: 1 } })] },
      'api[0].body of "GET /x/secret": expected a Valibot schema, such as v.object({ … })',
    ],
    [{ api: [route({ answer: {} })] }, 'api[0].answer.about of "GET /x/secret": it is missing'],
    [{ pages: [page({ view: undefined })] }, 'pages[0].view of "/x": it is missing'],
    [{ pages: [page({ for: 'caller' })] }, 'pages[0].for of "/x": expected "callers", it is "caller"'],
    [
      { pages: [page({ actions: { 'a/b': () => 0 } })] },
      'pages[0].actions.a/b of "/x": its name is part of an address: expected letters, digits and dashes',
    ],
    [
      { providers: [provider({ name: 'my acme' })] },
      'providers[0].name of "my acme": expected a name in kebab-case, it is "my acme"',
    ],
    [
      { providers: [provider({ name: 'acme/east' })] },
      'providers[0].name of "acme/east": expected a name in kebab-case, it is "acme/east"',
    ],
    [
      { providers: [provider({ wires: ['openai-chat'] })] },
      'providers[0].wires of "acme": expected a Set of names of dialects, it is Array',
    ],
    [
      { passages: [{ name: 'x', methods: ['GET'], path: '/x', about: 'X' }] },
      'passages[0].run of "/x": it is missing',
    ],
    [
      { ticks: [{ every: 0, run() {} }] },
      'ticks[0].every: expected milliseconds between 1 and 2147483647, it is 0',
    ],
    [
      { ticks: [{ every: Number.NaN, run() {} }] },
      'ticks[0].every: expected milliseconds between 1 and 2147483647, it is NaN',
    ],
    [
      { ticks: [{ every: 2 ** 31, run() {} }] },
      'ticks[0].every: expected milliseconds between 1 and 2147483647, it is 2147483648',
    ],
  ]
  for (const [parts, says] of wrong) {
    test(`is refused where it is wrong: ${says}`, async () => {
      expect(await assembled(parts)).toEqual([`Cannot use plugin "odd": ${says}`])
    })
  }

  test('may be the instance of a class: hooks are methods of it', async () => {
    class Guard {
      permit() {}
    }
    expect(await assembled(new Guard())).toEqual([])
  })

  test('of a dialect names every member that is missing', async () => {
    const problems = await assembled({ dialects: [{ name: 'x', path: '/x', about: 'X' }] })
    expect(problems.map(line => /dialects\[0\]\.(\w+) of "\/x": it is missing$/.exec(line)?.[1])).toEqual([
      'usage',
      'failure',
      'isUsageOnly',
      'endOf',
      'isStream',
      'refusalEvent',
      'forwardedHeaders',
    ])
  })
})

describe('what a plugin declares', () => {
  const wrong: readonly (readonly [more: object, says: string])[] = [
    [{ config: { a: 1 } }, 'config: expected a Valibot schema, such as v.object({ … })'],
    [{ config: v.pipeAsync(v.string()) }, 'config: expected a Valibot schema, such as v.object({ … })'],
    [
      { config: v.object({ loud: v.optional(flag as never) }) },
      'config.loud: expected a Valibot schema, it is a function: call it, as in flag()',
    ],
    [
      { config: v.object({ in: v.object({ loud: v.pipe(v.string as unknown as Text, v.trim()) }) }) },
      'config.in.loud: expected a Valibot schema, it is a function: call it, as in flag()',
    ],
    [
      { config: v.object({ loud: undefined as never }) },
      'config.loud: expected a Valibot schema, it is undefined',
    ],
    [{ env: { size: 'SIZE' } }, "env: expected { field: ['VARIABLE'] } or a function"],
    [
      { config: v.object({ limit: v.string() }), env: { limt: ['LIMIT'] } },
      'env.limt: there is no "limt" in its config. Did you mean "limit"?',
    ],
    [
      { config: v.object({ limit: v.string() }), file: { section: 'limits', field: 'limts' } },
      'file.field: there is no "limts" in its config. Did you mean "limit"?',
    ],
    [{ need: ['auth'] }, 'need: there is no such member. Did you mean "needs"?'],
    [{ needs: 'auth' }, 'needs: expected a list, it is "auth"'],
    [{ setup: undefined }, 'setup: it is missing'],
  ]
  for (const [more, says] of wrong) {
    test(`is refused where it is wrong: ${says}`, async () => {
      const plugin = { ...wild('odd', {}), ...more }
      expect(await problemsOf(() => checkPlugin('odd', plugin))).toEqual([`Cannot use plugin "odd": ${says}`])
    })
  }
})

test('settings of every make are taken', () => {
  const text = v.string()
  const config = v.object({
    chosen: v.variant('kind', [
      v.object({ kind: v.literal('a') }),
      v.object({ kind: v.picklist(['b', 'c']) }),
    ]),
    many: v.tupleWithRest([text], v.record(text, v.array(v.any()))),
    both: v.intersect([v.object({ a: text }), v.looseObject({ b: v.enum({ c: 'c' }) })]),
    pair: v.tuple([v.map(text, v.date()), v.set(v.nullish(text, null))]),
    read: v.pipe(text, v.parseJson(), v.objectWithRest({ deep: v.lazy(() => text) }, v.number())),
  })
  expect(checkPlugin('odd', { ...wild('odd', {}), config })).toBeUndefined()
})

test('settings that take any field are filled by variables of any field', () => {
  const config = v.looseObject({ limit: v.optional(v.string()) })
  checkPlugin('odd', { ...wild('odd', {}), config, env: { other: ['OTHER'] } })
})

describe('an address', () => {
  const swagger = 'Cannot give GET /swagger to plugin "odd": the gateway itself answers it already'
  const wrong: readonly (readonly [why: string, parts: readonly object[], says: string])[] = [
    [
      'an endpoint of another plugin',
      [{ api: [route()] }, { api: [route()] }],
      'Cannot give GET /x/secret to plugin "even": plugin "odd" answers it already',
    ],
    [
      'an endpoint whose segment has another name',
      [{ api: [route({ path: '/x/:id' })] }, { api: [route({ path: '/x/:key' })] }],
      'Cannot give GET /x/:key to plugin "even": plugin "odd" answers it already as /x/:id',
    ],
    [
      'a page of another plugin',
      [{ pages: [page()] }, { pages: [page({ title: 'Y' })] }],
      'Cannot give GET /dashboard/x to plugin "even": plugin "odd" answers it already',
    ],
    [
      'the action of a page',
      [
        { pages: [page({ actions: { save: () => 0 } })] },
        { api: [route({ method: 'POST', path: '/dashboard/x/save' })] },
      ],
      'Cannot give POST /dashboard/x/save to plugin "even": plugin "odd" answers it already',
    ],
    [
      'a passage',
      [
        { passages: [{ name: 'x', methods: ['GET', 'POST'], path: '/x/*', about: 'X', run: () => 0 }] },
        { api: [route({ method: 'POST', path: '/x/*' })] },
      ],
      'Cannot give POST /x/* to plugin "even": plugin "odd" answers it already',
    ],
    [
      'its own',
      [{ api: [route(), route()] }],
      'Cannot give GET /x/secret to plugin "odd": plugin "odd" answers it already',
    ],
    ['the API reference', [{ api: [route({ path: '/swagger' })] }], swagger],
    [
      'a segment that another plugin calls otherwise',
      [{ api: [route({ path: '/x/:id' })] }, { api: [route({ path: '/x/:key/roll' })] }],
      'Cannot give GET /x/:key/roll to plugin "even": plugin "odd" has /x/:id, so its ":key" must be called ":id"',
    ],
  ]
  for (const [why, parts, says] of wrong) {
    test(`belongs to one plugin: not to a second that takes ${why}`, async () => {
      expect(await assembled(...parts)).toEqual([says])
    })
  }

  test('may stand beside others: another method, a longer path, the rest', async () => {
    const paths = ['/x', '/x/:id', '/x/:id/more', '/x/all', '/x/all/*']
    const api = [...paths.map(path => route({ path })), route({ method: 'PUT', path: '/x/:key' })]
    expect(await assembled({ api })).toEqual([])
  })
})

describe('a provider', () => {
  test('replaces no other one of its name, not even one that only stands in', async () => {
    for (const standIn of [true, false]) {
      expect(await assembled({ providers: [provider({ standIn })] }, { providers: [provider()] })).toEqual([
        'Two providers are named "acme": plugin "odd" has one, plugin "even" brings another',
      ])
    }
  })
})

describe('a step of the start', () => {
  const fail = (run: () => unknown, patience?: number) =>
    problemsOf(() => blaming('odd', 'setup', run as () => unknown, patience))

  test('that throws is one line: whose, why, where', async () => {
    const [line] = await fail(() => {
      throw new Error('no luck\nat all')
    })
    expect(line).toMatch(/^Plugin "odd" failed in "setup": no luck \(\S*strangers\.test\.ts:\d+:\d+\)$/)
    expect(await fail(() => Promise.reject('a text'))).toEqual(['Plugin "odd" failed in "setup": a text'])
    expect(await fail(() => Promise.reject(undefined))).toEqual(['Plugin "odd" failed in "setup": undefined'])
  })

  test('that never ends is given up', async () => {
    expect(await fail(() => new Promise(() => {}), 20)).toEqual([
      'Plugin "odd" did not finish "setup" within 0.02 s',
    ])
  })

  test.each<[string, (host: Host) => unknown]>([
    ['providers', host => host.providers()],
    ['a decision', host => host.decide('demo/parrot', {} as never)],
    ['a call', host => host.call(new Request('http://localhost:8080/health'))],
  ])('that asks for %s too early is told to wait', async (_, ask) => {
    const early: Plugin = { ...wild('early', {}), setup: async host => void (await ask(host)) as never }
    const problems = await problemsOf(() => startGateway({ extra: [early] }))
    expect(problems).toEqual([expect.stringContaining('wait for "start"')])
  })

  test('that fails is told, whatever fails while the rest is closed', async () => {
    const start = () => {
      throw new Error('no luck')
    }
    const close = () => {
      throw new Error('nothing to close')
    }
    const problems = await problemsOf(() => startGateway({ extra: [wild('odd', { start, close })] }))
    expect(problems).toEqual([expect.stringMatching(/^Plugin "odd" failed in "start": no luck/)])
  })
})

test('a refusal with a code that does not exist is a bug that names the code; the caller is told nothing', async () => {
  const permit = () => refuse('rate_limit' as 'conflict', 'Slower')
  const test = await startGateway({ extra: [wild('odd', { permit })] })
  try {
    const { status, body } = await test.chat(
      { model: 'demo/parrot', messages: [] },
      { authorization: `Bearer ${MASTER}` },
    )
    expect([status, body.error.code]).toEqual([500, 'internal_error'])
    await until(() => test.logs.some(({ level }) => level === 'error'), 'an error in the log')
    const { error } = test.logs.find(({ level }) => level === 'error')!
    expect(error).toContain('Plugin "odd" failed in "permit"')
    expect(error).toContain('Cannot refuse with "rate_limit": there is no such code')
  } finally {
    await test.close()
  }
})

test('an endpoint whose access turns into something unknown is for operators only', async () => {
  const endpoint = route({ access: 'anyone' }) as unknown as { -readonly [K in keyof Api]: Api[K] }
  const test = await startGateway({ extra: [wild('odd', { api: [endpoint] })] })
  try {
    expect((await test.json('/x/secret')).status).toBe(200)
    endpoint.access = 'public' as 'anyone'
    expect((await test.json('/x/secret')).status).toBe(401)
    expect((await test.admin('GET', '/x/secret')).body).toEqual({ open: true })
  } finally {
    await test.close()
  }
})
