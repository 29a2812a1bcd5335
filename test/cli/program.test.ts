import { afterAll, describe, expect, test } from 'bun:test'
import { createFolder, modelway, root } from '../config/kit.ts'
import { runInTurn } from '../process/in-turn.ts'

const folder = createFolder()
afterAll(() => folder[Symbol.dispose]())

const run = (line: string, env: Record<string, string> = {}, cwd = folder.path) =>
  runInTurn(line.split(' '), { cwd, env })
/** As a process of its own. */
const start = (...args: string[]) => modelway(args, { cwd: folder.path })

describe('modelway', () => {
  test('without a command tells what there is', async () => {
    const { code, out } = await start()
    expect(code).toBe(0)
    for (const name of ['serve', 'check', 'doctor', 'explain', 'keys', 'import', 'schema'])
      expect(out).toContain(name)
  })

  test('prints its version, and help for each command, without colours where no terminal is', async () => {
    const { version } = (await Bun.file(`${root}package.json`).json()) as { version: string }
    expect(await start('--version')).toMatchObject({ code: 0, out: `${version}\n`, err: '' })
    const { code, out, err } = await start('keys', 'create', '--help')
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('modelway keys create')
    expect(out).not.toContain('\u001b')
    for (const line of ['--help', 'serve --help', 'keys --help', 'import litellm --help']) {
      const { code, out } = await run(line)
      expect([line, code]).toEqual([line, 0])
      expect(out).toContain('USAGE')
    }
  })

  test('says all of it to a reader that is slower than itself', async () => {
    const program = [process.execPath, `${root}src/cli/main.ts`, 'schema'].join(' ')
    const said = await Bun.$`sh -c ${`${program} | (sleep 0.5; wc -c)`}`.cwd(folder.path).text()
    expect(Number(said)).toBe(Bun.file(`${root}src/config/modelway.schema.json`).size)
  })

  test('takes help and version for what they ask', async () => {
    const [help, keys, version] = await Promise.all(['help', 'help keys', 'version'].map(line => run(line)))
    expect(help).toEqual(await run('--help'))
    expect(keys).toEqual(await run('keys --help'))
    expect(version).toEqual(await run('--version'))
    expect([help, keys, version].map(done => done?.code)).toEqual([0, 0, 0])
  })

  test.each([
    ['-p 80', 'Name a command before "-p"'],
    ['--json', 'Name a command before "--json"'],
    ['--port 80', 'Name a command before "--port"'],
    ['chek', 'There is no command "chek". Did you mean "check"?'],
    ['constructor', 'There is no command "constructor"'],
    ['__proto__', 'There is no command "__proto__"'],
    ['keys', 'Name a command'],
    ['keys creat', 'There is no command "creat". Did you mean "create"?'],
    ['keys create', 'Missing required positional argument'],
    ['keys revoke a b', 'Cannot use "b": nothing is expected there'],
    ['keys roll key_1 --grace soon', 'Cannot use --grace "soon": expected a time such as 30d'],
    ['keys create a --labels team', 'Cannot use --labels "team": expected team=alpha,env=prod'],
    ['explain', 'Missing required positional argument'],
    ['explain a --user-pth /x', 'There is no option "--user-pth". Did you mean "--user-path"?'],
    ['explain a --url', 'Option "--url" needs a value'],
    ['explain a --url ftp://x', 'expected an address such as http://localhost:8080'],
    ['check --jsn', 'There is no option "--jsn". Did you mean "--json"?'],
    ['check -x', 'There is no option "-x"'],
    ['serve --prot 1', 'There is no option "--prot". Did you mean "--port"?'],
    ['import gomodel', 'Missing required positional argument'],
    ['import openrouter x', 'There is no command "openrouter"'],
    ['import litellm /nowhere.yaml', 'Cannot read "/nowhere.yaml": there is no such file'],
  ])('refuses %p with exit code 2', async (line, says) => {
    const { code, out, err } = await run(line)
    expect(err).toContain(says)
    expect([code, out]).toEqual([2, ''])
    expect(err.trimEnd().split('\n').at(-1)).toStartWith('modelway: ')
  })
})

describe('modelway check', () => {
  test('asks about variables that look like a slip of the pen, and lets those of others be', async () => {
    const env = {
      MODELWAY_MASTERKEY: 'abcdefgh',
      OPENAI_APIKEY: 'x',
      LOG_LEVL: 'debug',
      MODELWAY_COLOUR: 'red',
      OPENAI_EAST_API_KEY: 'sk-x',
      HOSTNAME: 'me',
      LANG: 'de',
    }
    const { code, out } = await run('check', env)
    expect(code).toBe(0)
    expect(out.split('\n').filter(line => line.startsWith('Warning: '))).toEqual([
      'Warning: Nobody reads LOG_LEVL. Did you mean LOG_LEVEL?',
      'Warning: Nobody reads MODELWAY_COLOUR',
      'Warning: Nobody reads MODELWAY_MASTERKEY. Did you mean MODELWAY_MASTER_KEY?',
      'Warning: Nobody reads OPENAI_APIKEY. Did you mean OPENAI_API_KEY?',
    ])
  })

  test('says that all is well, with the providers that there would be', async () => {
    const env = { OPENAI_API_KEY: 'sk-x', GROQ_API_KEY: 'gsk-x' }
    expect(await run('check', env)).toEqual({
      code: 0,
      out: 'No mistakes in the environment\nProviders: openai, groq\n',
      err: '',
    })
    expect(JSON.parse((await run('check --json', env)).out)).toEqual({
      ok: true,
      problems: [],
      warnings: [],
      file: null,
      stored_settings: 0,
      providers: ['openai', 'groq'],
    })
  })

  test('names every mistake of file, environment and virtual models, and ends with 3', async () => {
    using folder = createFolder()
    folder.write(
      'modelway.yaml',
      'prot: 1\naccess:\n  hide: 1\nvirtual_models:\n  - { source: a, target_model: a }\n',
    )
    const env = { LOG_LEVEL: 'loud', VIRTUAL_MODELS: '[{"source": "b"}, {"source": "c", "target": "d"}]' }
    const { code, out, err } = await run('check', env, folder.path)
    expect([code, err]).toEqual([3, ''])
    const lines = out.trimEnd().split('\n')
    expect(lines.map(line => /^(?:Cannot use \w+(?:\[\d+\])?|[\w.]+:\d+:\d+)/.exec(line)?.[0])).toEqual([
      'Cannot use LOG_LEVEL',
      'Cannot use VIRTUAL_MODELS[0]',
      'Cannot use VIRTUAL_MODELS[1]',
      'modelway.yaml:1:1',
      'modelway.yaml:3:3',
      'modelway.yaml:5:32',
    ])
    const json = JSON.parse((await run('check --json', env, folder.path)).out) as {
      ok: boolean
      problems: string[]
    }
    expect(json).toEqual({ ok: false, problems: lines })
  })

  test('takes another file by option, and finds what only plugins can judge', async () => {
    using folder = createFolder()
    folder.write(
      'night-shift.ts',
      'export default { name: "night-shift", about: "x", needs: ["day-shift"], setup: () => ({}) }',
    )
    folder.write('other.yaml', 'plugins: [./night-shift.ts]')
    const { code, out } = await run('check --config other.yaml', {}, folder.path)
    expect([code, out]).toEqual([
      3,
      'Plugin "night-shift" needs "day-shift": list "day-shift" before it; there is none\n',
    ])
    const twice = {
      VLLM_BASE_URL: 'http://gpu/v1',
      CONFIG_FILE: folder.write('x.yaml', 'providers: { vllm: { type: sglang, base_url: "http://b" } }'),
    }
    expect((await run('check', twice, folder.path)).out).toContain('Two providers are named "vllm"')
  })

  test('calls a setting that is missing what the config file calls it', async () => {
    using folder = createFolder()
    folder.write(
      'need-two.js',
      `import * as v from 'valibot'
      const team = v.object({ maxTokens: v.number() })
      export default {
        name: 'need-two',
        about: 'x',
        config: v.object({
          apiToken: v.string(),
          byTeam: v.record(v.string(), v.array(team)),
        }),
        env: () => ({ byTeam: { 'teamA-b': [{ maxTokens: 1 }, {}] } }),
        setup: () => ({}),
      }`,
    )
    folder.write(
      'need-one.js',
      `import * as v from 'valibot'
      export default {
        name: 'need-one',
        about: 'x',
        config: v.object({ listOf: v.object({ oneField: v.string() }), other: v.optional(v.string()) }),
        file: { section: 'ones', field: 'listOf' },
        env: () => ({ listOf: {} }),
        setup: () => ({}),
      }`,
    )
    const { code, out } = await run('check', { PLUGINS: './need-two.js,./need-one.js' }, folder.path)
    expect([code, out.trimEnd().split('\n')]).toEqual([
      3,
      [
        'Cannot use setting "need_two.api_token": it is missing',
        'Cannot use setting "need_two.by_team.teamA-b[1].max_tokens": it is missing',
        'Cannot use setting "ones.one_field": it is missing',
      ],
    ])
  })

  test('finds no mistake in a plugin whose close needs what its start makes', async () => {
    using folder = createFolder()
    folder.write(
      'pool.js',
      `export default {
        name: 'pool',
        about: 'x',
        setup() {
          let pool
          return { start() { pool = { end() {} } }, close: () => pool.end() }
        },
      }`,
    )
    const { code, out, err } = await run('check', { PLUGINS: './pool.js' }, folder.path)
    expect([code, out, err]).toEqual([0, expect.stringContaining('No mistakes'), ''])
  })

  test('leaves nothing behind and asks nobody', async () => {
    using folder = createFolder()
    const began = performance.now()
    const env = { OPENAI_API_KEY: 'sk-x', OPENAI_BASE_URL: 'http://192.0.2.1/v1' }
    expect((await run('check', env, folder.path)).code).toBe(0)
    expect([...new Bun.Glob('**').scanSync(folder.path)]).toEqual([])
    expect(performance.now() - began).toBeLessThan(5000)
  })
})

describe('modelway serve', () => {
  test('ends with 3 and one line for a mistake in its configuration', async () => {
    for (const [line, env, says] of [
      ['serve --port abc', {}, 'modelway: Cannot use --port="abc": expected a whole number\n'],
      ['serve', { PORT: '99999' }, 'modelway: Cannot use PORT="99999": expected at most 65535\n'],
      [
        'serve --config nowhere.yaml',
        {},
        'modelway: nowhere.yaml:1:1: Cannot read the config file: there is no such file\n',
      ],
    ] as const)
      expect(await run(line, env)).toEqual({ code: 3, out: '', err: says })
  })

  test('ends with 3 when the port is taken', async () => {
    using folder = createFolder()
    const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
    const { code, err } = await modelway(['serve', '--port', String(other.port)], { cwd: folder.path })
    expect(code).toBe(3)
    expect(err).toMatch(/^modelway: Cannot listen on 127\.0\.0\.1:\d+: [^\n]+\n$/)
    await other.stop()
  })
})
