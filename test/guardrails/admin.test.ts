import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    env: {
      GUARDRAILS: JSON.stringify([{ name: 'fixed', find: { presets: ['secrets'] }, action: 'block' }]),
    },
  })
})
afterAll(() => gateway.close())

const put = (name: string, body: unknown, headers: Record<string, string> = {}) =>
  gateway.json(`/admin/guardrails/${name}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

describe('what an operator may say', () => {
  const find = { words: ['a'] }
  test.each([
    ['nothing to look for', { find: {}, action: 'block' }, /it looks for nothing/, 'find'],
    ['nothing to do', { find }, /"action" is missing/, 'action'],
    ['something else to do', { find, action: 'delete' }, /block, mask, report/, 'action'],
    ['a place that is none', { find, action: 'mask', on: 'middle' }, /input, output, both/, 'on'],
    [
      'an unknown preset',
      { find: { presets: ['shoe_size'] }, action: 'mask' },
      /expected one of email/,
      'find.presets.0',
    ],
    ['an empty word', { find: { words: ['a', '  '] }, action: 'mask' }, /expected a word/, 'find.words.1'],
    ['a word of signs', { find: { words: ['!!'] }, action: 'mask' }, /use "patterns"/, 'find.words.0'],
    [
      'a broken pattern',
      { find: { patterns: ['a('] }, action: 'mask' },
      /missing closing \)/,
      'find.patterns',
    ],
    [
      'a pattern that looks around',
      { find: { patterns: ['(?<=a)b'] }, action: 'mask' },
      /"find.patterns"/,
      'find.patterns',
    ],
    [
      'a pattern that refers back',
      { find: { patterns: ['(a)\\1'] }, action: 'mask' },
      /escape/,
      'find.patterns',
    ],
    [
      'a pattern that finds nothing',
      { find: { patterns: ['a*'] }, action: 'mask' },
      /every text/,
      'find.patterns',
    ],
    [
      'patterns that are too large',
      { find: { patterns: ['[ab]{900}', '[cd]{900}'] }, action: 'mask' },
      /too large/,
      'find.patterns',
    ],
    ['a misspelt field', { find, action: 'mask', userpath: '/' }, /not known here/, 'userpath'],
    ['a path with a dot segment', { find, action: 'mask', user_path: '/a/../b' }, /"\.\."/, 'user_path'],
  ])('%s is refused with its field', async (_what, body, message, param) => {
    const { status, body: said } = await put('wrong', body)
    expect([400, 422]).toContain(status)
    expect(said.error.message).toMatch(message)
    expect(said.error.param).toBe(param)
  })
})

describe('changes', () => {
  const body = {
    description: 'x',
    user_path: '/team/alpha',
    models: ['openai/'],
    on: 'both',
    find: { words: ['one', 'two three'], patterns: ['A\\d'], presets: ['iban'], checker: null },
    action: 'mask',
    message: 'Ask us',
    unreadable: 'allow',
  }

  test('what is said is what is read, each change is a version, and history puts old ones back', async () => {
    const { body: made, headers } = await put('alpha', body, { 'if-none-match': '*' })
    expect(made).toMatchObject(body)
    expect(headers.get('etag')).toBe(`"${made.version}"`)
    expect((await put('alpha', body, { 'if-match': '"999"' })).status).toBe(412)
    expect((await gateway.admin('DELETE', '/admin/guardrails/alpha')).status).toBe(204)
    expect((await gateway.admin('GET', '/admin/guardrails/alpha')).status).toBe(404)
    const { body: history } = await gateway.admin('GET', '/admin/history?kind=guardrail&subject=alpha')
    expect(history.data.map(({ action }: { action: string }) => action)).toEqual(['delete', 'create'])
    expect((await gateway.admin('POST', `/admin/history/${history.data[1].id}/restore`)).status).toBe(200)
    expect((await gateway.admin('GET', '/admin/guardrails/alpha')).body).toMatchObject(body)
  })

  test('declared ones say where, and are read-only', async () => {
    expect((await gateway.admin('GET', '/admin/guardrails/fixed')).body.declared_in).toBe('GUARDRAILS')
    for (const { status, body: said } of [
      await put('fixed', body),
      await gateway.admin('DELETE', '/admin/guardrails/fixed'),
    ]) {
      expect(status).toBe(409)
      expect(said.error.message).toBe('Guardrail "fixed" is declared in GUARDRAILS: change it there')
    }
  })

  test.each([
    ['[{"name": "a", "find": {}, "action": "block"}]', /GUARDRAILS.*it looks for nothing/],
    ['[{"name": "a", "find": {"patterns": ["("]}, "action": "block"}]', /GUARDRAILS.*missing closing/],
    ['[{"name": "a", "find": {"checker": "x"}, "action": "block"}]', /guardrails\.checkers/],
  ])('a wrong declaration stops the start with its place: %s', async (GUARDRAILS, message) => {
    await expect(startGateway({ env: { GUARDRAILS } })).rejects.toThrow(message)
  })

  test('another gateway on the same database takes it over', async () => {
    const other = await startGateway({ folder: gateway.folder })
    try {
      await put('shared', { find: { words: ['shared'] }, action: 'block' })
      const hello = { model: 'demo/parrot', messages: [{ role: 'user', content: 'shared' }] }
      const end = Date.now() + 6000
      while ((await other.chat(hello)).status !== 400 && Date.now() < end) await Bun.sleep(50)
      expect((await other.chat(hello)).status).toBe(400)
    } finally {
      await other.close()
    }
  }, 10_000)
})

describe('trying', () => {
  const attempt = async (body: object) => await gateway.admin('POST', '/admin/guardrails/test', body)

  test('a draft tells what it would find where, without being stored', async () => {
    const text = 'Mail ada@example.com about Phoenix'
    const rule = { find: { presets: ['email'], words: ['phoenix'] }, action: 'mask' }
    const { body } = await attempt({ text, rule })
    expect(body).toEqual({
      matches: [
        { guardrail: 'rule', action: 'mask', kind: 'email', start: 5, end: 20 },
        { guardrail: 'rule', action: 'mask', kind: 'words', start: 27, end: 34 },
      ],
      blocked_by: [],
      text: 'Mail [EMAIL] about [REDACTED]',
    })
  })

  test('without a draft, all that are on', async () => {
    const { body } = await attempt({ text: 'AKIAIOSFODNN7EXAMPLE' })
    expect(body.blocked_by).toEqual(['fixed'])
  })

  test('a draft that cannot be is refused with its field', async () => {
    const { status, body } = await attempt({ text: 'a', rule: { find: { patterns: ['('] }, action: 'mask' } })
    expect(status).toBe(422)
    expect(body.error.param).toBe('find.patterns')
  })
})
