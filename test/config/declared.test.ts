import { describe, expect, test } from 'bun:test'
import { build, createFolder, problemsOf } from './kit.ts'

const MASTER = 'master-key-for-tests'

/** A gateway out of a config file, in this process. */
async function start(yaml: string, env: Record<string, string> = {}) {
  const folder = createFolder()
  const gateway = await build({
    CONFIG_FILE: folder.write('modelway.yaml', yaml),
    DATABASE_URL: `file:${folder.path}/test.db`,
    MODELWAY_MASTER_KEY: MASTER,
    DEMO: 'true',
    ...env,
  })
  return {
    async call(method: string, path: string, body?: unknown) {
      const response = await gateway.fetch(
        new Request(`http://localhost${path}`, {
          method,
          headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
      )
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) }
    },
    async [Symbol.asyncDispose]() {
      await gateway.stop()
      folder[Symbol.dispose]()
    },
  }
}

describe('R11', () => {
  test('R11 serves what the config file declares, read-only, and says where to edit it', async () => {
    await using gateway = await start(`
virtual_models:
  - source: smart
    targets: [{ model: demo/parrot, weight: 2 }, { model: demo/parrot-slow }]
    description: The best we have
  - { source: demo/parrot-slow, enabled: false }
`)
    const { body } = await gateway.call('GET', '/admin/virtual-models')
    expect(body).toMatchObject([
      { source: 'demo/parrot-slow', kind: 'policy', managed: true },
      { source: 'smart', kind: 'redirect', managed: true, description: 'The best we have' },
    ])
    const chat = { model: 'smart', messages: [{ role: 'user', content: 'Hello' }] }
    expect((await gateway.call('POST', '/v1/chat/completions', chat)).status).toBe(200)
    const refused = await gateway.call('PUT', '/admin/virtual-models', { source: 'smart', target_model: 'x' })
    expect(refused.status).toBe(409)
    expect(JSON.stringify(refused.body)).toMatch(/declared in \S*modelway\.yaml: edit it there/)
    expect((await gateway.call('DELETE', '/admin/virtual-models', { source: 'smart' })).status).toBe(409)
  })

  test('R11 lets VIRTUAL_MODELS override the file, source by source', async () => {
    const VIRTUAL_MODELS = JSON.stringify([
      { source: 'b', target_model: 'demo/parrot', description: 'variable' },
    ])
    await using gateway = await start(
      `
virtual_models:
  - { source: a, target_model: demo/parrot, description: file }
  - { source: b, target_model: demo/parrot, description: file }
`,
      { VIRTUAL_MODELS },
    )
    const views = (await gateway.call('GET', '/admin/virtual-models')).body as Record<string, unknown>[]
    expect(views.map(({ source, description }) => [source, description])).toEqual([
      ['a', 'file'],
      ['b', 'variable'],
    ])
    const why = async (source: string) =>
      JSON.stringify((await gateway.call('DELETE', '/admin/virtual-models', { source })).body)
    expect(await why('a')).toMatch(/declared in \S*modelway\.yaml: edit/)
    expect(await why('b')).toContain('declared in VIRTUAL_MODELS: edit')
    expect(views.map(view => String(view.declared_in).split('/').at(-1))).toEqual([
      'modelway.yaml',
      'VIRTUAL_MODELS',
    ])
  })

  test('R11 starts with a target that nobody offers', async () => {
    await using gateway = await start('virtual_models:\n  - { source: later, target_model: nobody/nothing }')
    expect((await gateway.call('GET', '/admin/virtual-models')).body).toMatchObject([{ valid: false }])
  })

  const at = (lines: readonly string[]) => ['virtual_models:', ...lines.map(line => `  ${line}`)].join('\n')
  const bad: readonly (readonly [what: string, yaml: string, problem: string])[] = [
    [
      'a blank source',
      at(['- source: " "', '  target_model: b']),
      ':2:13: Cannot use virtual_models[0].source',
    ],
    [
      'a missing source',
      at(['- target_model: b']),
      ':2:5: Cannot use virtual_models[0].source: it is missing',
    ],
    ['no map', at(['- a']), ':2:5: Expected a map'],
    [
      'a source twice',
      at(['- &a { source: a, target_model: b }', '- *a']),
      ':3:5: Cannot use virtual_models[1]: "a" is declared twice',
    ],
    [
      'a redirect to itself',
      at(['- source: a', '  target_model: a']),
      ':3:19: Cannot use virtual_models[0].target_model: Redirect "a" leads only to itself',
    ],
    [
      'an open policy without paths',
      at(['- source: a']),
      ':2:5: Cannot use virtual_models[0].user_paths: An access policy needs',
    ],
    [
      'a malformed user path',
      at(['- source: a', '  user_paths: [/x, /a/../b]']),
      ':3:22: Cannot use virtual_models[0].user_paths[1]',
    ],
    [
      'an unknown strategy',
      at(['- source: a', '  target_model: b', '  strategy: best']),
      ':4:15: Cannot use virtual_models[0].strategy: expected one of',
    ],
    [
      'a weight of nothing',
      at(['- source: a', '  targets:', '    - { model: b, weight: 0 }']),
      ':4:29: Cannot use virtual_models[0].targets[0].weight: expected at least 1',
    ],
    [
      'a rename',
      at(['- source: a', '  target_model: b', '  old_source: c']),
      ':4:5: There is no setting "old_source" here',
    ],
    [
      'a circle',
      at(['- { source: a, target_model: b }', '- { source: b, target_model: a }']),
      ':2:5: Cannot use virtual_models[0]: The redirects lead in a circle',
    ],
  ]
  test.each(bad)('R11 stops the start with one line that has a place for %s', async (_, yaml, problem) => {
    const problems = await problemsOf({ yaml })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toStartWith(`modelway.yaml${problem}`)
    expect(problems[0]).not.toMatch(/\n|undefined|\[object/)
  })

  test('R11 finds a circle that file and variable close together', async () => {
    const [problem] = await problemsOf({
      yaml: 'virtual_models:\n  - { source: a, target_model: b }',
      env: { VIRTUAL_MODELS: '[{"source": "b", "target_model": "a"}]' },
    })
    expect(problem).toContain('Cannot use VIRTUAL_MODELS[0]: The redirects lead in a circle: "b" → "a" → "b"')
  })
})
