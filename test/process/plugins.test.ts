import { afterAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInTurn } from './in-turn.ts'
import { bearer, chatInit, KEY, launchGateway, root, spawnGateway } from './spawn.ts'

// Inside the project, so that the plugins find its contract as a stranger's would. Those with mistakes are JavaScript:
// the type checker must not stumble over them while a test runs.
const fixtures = join(root, 'test/process/fixtures')
mkdirSync(fixtures, { recursive: true })
const folder = mkdtempSync(join(fixtures, 'run-'))
const write = (name: string, text: string): string => {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  return `./${name}`
}
const declare = (name: string, setup: string, more = '') =>
  `import { definePlugin } from '../../../../src/contract/plugin.ts'\nimport { refuse } from '../../../../src/errors.ts'\n` +
  `export default definePlugin({ name: '${name}', about: 'Made by a test.', ${more} setup: ${setup} })\n`

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  if (readdirSync(fixtures).length === 0) rmSync(fixtures, { recursive: true })
})

const usual = {
  PORT: '0',
  MODELWAY_MASTER_KEY: KEY,
  DATABASE_URL: `file:${join(folder, 'usual.db')}`,
}

/** How a start with these plugins ends. */
async function fail(plugins: string, env: Record<string, string> = {}) {
  const { code, err } = await runInTurn(['serve'], {
    cwd: folder,
    env: { ...usual, PLUGINS: plugins, ...env },
  })
  return { code, stderr: err }
}

describe('PLUGINS', () => {
  test('brings hooks, routes and settings of strangers, behind our own', async () => {
    const gate = write(
      'gate.ts',
      declare(
        'gate',
        `({ config, log, site }) => ({
          permit: x => void (x.request.headers.get('x-gate') === config.word || refuse('forbidden', 'The gate is shut')),
          settle: ({ status }) => log.info('Seen', { status, base: site.base }),
          api: [{ method: 'GET', path: '/gate', access: 'anyone', summary: 'Gate', tag: 'Gate', answer: { about: 'The word' }, run: () => ({ word: config.word }) }],
        })`,
        `config: v.object({ word: v.optional(v.string(), 'please') }), env: { word: ['GATE_WORD'] },`,
      ).replace('import', "import * as v from 'valibot'\nimport"),
    )
    const folderish = write(
      'side/index.ts',
      declare('side', '() => ({ scope: () => "/side" })').replaceAll('../../../../', '../../../../../'),
    )
    await using gateway = await spawnGateway({
      cwd: folder,
      env: { PLUGINS: ` ${gate} , ${folderish},`, GATE_WORD: 'sesame', LOG_LEVEL: 'debug' },
    })
    const names = gateway.logs().flatMap(({ message, name }) => (message === 'Plugin' ? [name] : []))
    expect(names.slice(-2)).toEqual(['gate', 'side'])
    expect(await (await gateway.fetch('/gate')).json()).toEqual({ word: 'sesame' })
    const ask = (headers: Record<string, string>) =>
      gateway.fetch('/v1/chat/completions', {
        ...chatInit({ model: 'demo/parrot', messages: [{ role: 'user', content: 'Hi' }] }),
        headers: { ...bearer, ...headers },
      })
    const shut = await ask({})
    expect([shut.status, await shut.json()]).toMatchObject([
      403,
      { error: { code: 'forbidden', message: 'The gate is shut' } },
    ])
    expect((await ask({ 'x-gate': 'sesame' })).status).toBe(200)
    await Bun.sleep(60)
    const seen = gateway.logs().filter(({ log }) => log === 'gate')
    expect(seen.map(({ message, status }) => [message, status])).toEqual([
      ['Seen', 403],
      ['Seen', 200],
    ])
    expect(
      gateway.logs().findLast(({ log, status }) => log === 'request-log' && status === 200),
    ).toMatchObject({
      user_path: '/side',
    })
  }, 60_000)

  const wrong: readonly (readonly [why: string, make: () => string, says: RegExp])[] = [
    ['a file that is missing', () => './missing.js', /plugin "\.\/missing\.js"/],
    ['a package that is not installed', () => 'no-such-plugin', /"no-such-plugin".*bun add/],
    [
      'a file that is no program',
      () => write('broken.js', '\nexport default {{{'),
      /plugin "\.\/broken\.js": .*\(\S*\/broken\.js:2:17\)/,
    ],
    [
      'a file that throws',
      () => write('throws.js', 'throw new Error("at import")'),
      /"\.\/throws\.js": at import \(\S*\/throws\.js:1:\d+\)/,
    ],
    [
      'a file that imports what is missing',
      () => write('lost.js', 'import "./nowhere.js"'),
      /plugin "\.\/lost\.js"/,
    ],
    [
      'a file without a plugin',
      () => write('empty.js', 'export const x = 1'),
      /"\.\/empty\.js".*definePlugin/,
    ],
    [
      'a plugin without a sentence',
      () => write('mute.js', 'export default { name: "mute", setup: () => ({}) }'),
      /"\.\/mute\.js": about: it is missing/,
    ],
    [
      'settings without a schema',
      () => write('shapeless.js', declare('shapeless', '() => ({})', 'config: { size: 1 },')),
      /"\.\/shapeless\.js": config: expected a Valibot schema/,
    ],
    [
      'migrations that are missing',
      () => write('rootless.js', declare('rootless', '() => ({})', "migrations: './nowhere',")),
      /"\.\/rootless\.js": there are no migrations in "\S+\/run-\w+\/nowhere": .*drizzle-kit generate/,
    ],
    [
      'tables that nothing makes',
      () =>
        write(
          'homeless.js',
          `import { sqliteTable, text } from 'drizzle-orm/sqlite-core'\n${declare('homeless', '() => ({})', "tables: { notes: sqliteTable('notes', { text: text() }) },")}`,
        ),
      /"\.\/homeless\.js": migrations: it has tables, and nothing that makes them: .*drizzle-kit generate/,
    ],
    [
      'a variable that is a setting of the gateway',
      () =>
        write(
          'cuckoo.js',
          `import * as v from 'valibot'\n${declare('cuckoo', '() => ({})', "config: v.object({ size: v.optional(v.string()) }), env: { size: ['CUCKOO_SIZE', 'BODY_SIZE_LIMIT'] },")}`,
        ),
      /"\.\/cuckoo\.js": env\.size: BODY_SIZE_LIMIT is a setting of the gateway, "body_limit": read one of your own/,
    ],
    [
      'a setup that returns nothing',
      () => write('silent.js', declare('silent', '() => {}')),
      /"silent": its setup returned undefined/,
    ],
    [
      'a hook that nobody knows',
      () => write('typo.js', declare('typo', '() => ({ gaurd() {} })')),
      /"typo": gaurd: there is no such member\. Did you mean "guard"\?/,
    ],
    [
      'an endpoint that does not say who may',
      () =>
        write(
          'open.js',
          declare(
            'open',
            "() => ({ api: [{ method: 'GET', path: '/open', summary: 'X', tag: 'X', answer: { about: 'X' }, run: () => 1 }] })",
          ),
        ),
      /"open": api\[0\]\.access of "GET \/open": it is missing/,
    ],
    [
      'an endpoint of another plugin',
      () =>
        write(
          'thief.js',
          declare(
            'thief',
            "() => ({ api: [{ method: 'PUT', path: '/admin/keys/:name', access: 'anyone', summary: 'X', tag: 'X', answer: { about: 'X' }, run: () => 1 }] })",
          ),
        ),
      /\/admin\/keys\/:name to plugin "thief": plugin "auth"/,
    ],
    [
      'a page of another plugin',
      () =>
        write(
          'squatter.js',
          declare(
            'squatter',
            "() => ({ pages: [{ path: '/models', title: 'M', load: () => 0, view: () => '' }] })",
          ),
        ),
      /GET \/dashboard\/models to plugin "squatter": plugin "virtual-models" answers it already/,
    ],
    [
      'a provider of another plugin',
      () =>
        write(
          'double.js',
          declare(
            'double',
            "() => ({ providers: [{ name: 'demo', type: 'demo', wires: new Set(), asksUsage: false, call: () => new Response() }] })",
          ),
        ),
      /Two providers are named "demo": plugin "demo" has one, plugin "double" brings another/,
    ],
    [
      'a tick without a time',
      () => write('restless.js', declare('restless', '() => ({ ticks: [{ every: 0, run() {} }] })')),
      /"restless": ticks\[0\]\.every: expected milliseconds/,
    ],
    ['another name than its file', () => write('one.js', declare('other', '() => ({})')), /"other".*"one"/],
    ['a name in capitals', () => write('Loud.js', declare('Loud', '() => ({})')), /"Loud".*kebab-case/],
    [
      'the same twice',
      () => `${write('twin.js', declare('twin', '() => ({})'))},./twin.js`,
      /"twin" is listed twice: list it once/,
    ],
    [
      'the name of one of ours',
      () => write('auth.js', declare('auth', '() => ({})')),
      /"auth" is listed twice: .* name that the gateway's own do not have/,
    ],
    [
      'a need that nobody meets',
      () => write('needy.js', declare('needy', '() => ({})', "needs: ['water'],")),
      /"needy" needs "water": list "water" before it; there is none$/m,
    ],
    [
      'a file that is not there',
      () => write('present.js', declare('present', '() => ({})')).replace('present', 'presnt'),
      /Cannot find plugin ".\/presnt\.js": there is no file "\/[^"]+\/presnt\.js"\. Did you mean "present\.js"\?$/m,
    ],
    [
      'a folder without a plugin',
      () => write('hollow/readme.txt', 'Nothing').replace('/readme.txt', ''),
      /Cannot find plugin ".\/hollow": there is no index\.ts in "\/[^"]+\/hollow"$/m,
    ],
    [
      'a file that needs one that is not there',
      () => write('leaning.js', "import './wall.js'\nexport default 1"),
      /Cannot load plugin ".\/leaning\.js": Cannot find module '\.\/wall\.js'/,
    ],
    [
      'a need that it does not name',
      () => write('sly.js', declare('sly', "({ use }) => (use('auth'), {})")),
      /"sly" uses "auth"/,
    ],
  ]
  for (const [why, make, says] of wrong) {
    test(`ends the start with one line for ${why}`, async () => {
      const { code, stderr } = await fail(make())
      expect([code, stderr]).toEqual([3, expect.stringMatching(/^modelway: [^\n]+\n$/)])
      expect(stderr).toMatch(says)
    }, 60_000)
  }

  test('ends the start with one line for a setting that is wrong, by the name of its variable', async () => {
    const config = `config: v.object({ size: v.pipe(v.string(), v.regex(/^\\\\d+$/, 'expected digits')) }), env: { size: ['FIT_SIZE'] },`
    const text = declare('fit', '() => ({})', config.replaceAll('\\\\', '\\'))
    const { code, stderr } = await fail(write('fit.js', `import * as v from 'valibot'\n${text}`), {
      FIT_SIZE: 'big',
    })
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/^modelway: Cannot use FIT_SIZE[^\n]*expected digits\n$/),
    ])
  }, 60_000)

  test('ends the start with one line for what a schema of Valibot takes for no address, without the value', async () => {
    const text = declare(
      'far',
      '() => ({})',
      "config: v.object({ at: v.pipe(v.string(), v.url()) }), env: { at: ['FAR_AT'] },",
    )
    const path = write('far.js', `import * as v from 'valibot'\n${text}`)
    const { code, stderr } = await fail(path, { FAR_AT: 'hidden' })
    expect([code, stderr]).toEqual([3, 'modelway: Cannot use FAR_AT: it is not a valid URL\n'])
  }, 60_000)

  test('ends the start with one line for a setting that is missing, by the name of its variable', async () => {
    const text = declare(
      'lean',
      '() => ({})',
      "config: v.object({ key: v.string() }), env: { key: ['LEAN_KEY'] },",
    )
    const { code, stderr } = await fail(write('lean.js', `import * as v from 'valibot'\n${text}`))
    expect([code, stderr]).toEqual([3, 'modelway: Cannot use LEAN_KEY: it is missing\n'])
  }, 60_000)

  test('ends the start with one line for a setup or start that fails: whose, why and where', async () => {
    const fails = '{ throw new Error("no luck") }'
    for (const [name, setup, step] of [
      ['sick', `() => ${fails}`, 'setup'],
      ['torn', '() => Promise.reject(new Error("no luck"))', 'setup'],
      ['tired', `() => ({ start() ${fails} })`, 'start'],
    ] as const) {
      const { code, stderr } = await fail(write(`${name}.js`, declare(name, setup)))
      expect([code, stderr]).toEqual([
        3,
        expect.stringMatching(
          new RegExp(
            `^modelway: Plugin "${name}" failed in "${step}": no luck \\(\\S+/${name}\\.js:3:\\d+\\)\n$`,
          ),
        ),
      ])
    }
  }, 60_000)

  test('ends the start with one line for what a plugin declares and what fails: whose, why and where', async () => {
    const fails = '{ throw new Error("no luck") }'
    const config = `config: v.object({ size: v.pipe(v.optional(v.string(), ''), v.transform(() => ${fails})) }),`
    for (const [name, more, step, env] of [
      ['no-env', `env() ${fails},`, 'env', {}],
      ['no-config', config, 'config', {}],
      [
        'no-reads',
        `env: () => ({}), reads(name) { if (name === 'ODD') throw new Error("no luck") },`,
        'reads',
        { ODD_FILE: 'x' },
      ],
    ] as const) {
      const text = `import * as v from 'valibot'\n${declare(name, '() => ({})', more)}`
      const { code, stderr } = await fail(write(`${name}.js`, text), env)
      expect([code, stderr]).toEqual([
        3,
        expect.stringMatching(
          new RegExp(
            `^modelway: Plugin "${name}" failed in "${step}": no luck \\(\\S+/${name}\\.js:4:\\d+\\)\n$`,
          ),
        ),
      ])
    }
  }, 60_000)

  test.concurrent('is no reason to stop where a plugin cannot say what it reads and nobody needs to know: the log tells', async () => {
    const reads = "env: () => ({}), reads(name) { if (name === 'ODD') throw new Error('no luck') },"
    const plugin = write('unsure.js', declare('unsure', '() => ({})', reads))
    await using gateway = await spawnGateway({ cwd: folder, env: { PLUGINS: plugin, ODD: 'x' } })
    const told = () =>
      gateway.logs().filter(({ message }) => `${message}`.includes('failed in "reads": no luck'))
    while (told().length === 0) await Bun.sleep(20)
    expect(told()).toMatchObject([{ level: 'warning' }])
    expect((await gateway.fetch('/health')).status).toBe(200)
  }, 60_000)

  test.concurrent('shows the stack of what fails in the log at level debug', async () => {
    const plugin = write('ill.js', declare('ill', '() => { throw new TypeError("no luck") }'))
    await using gateway = launchGateway({ cwd: folder, env: { PLUGINS: plugin, LOG_LEVEL: 'debug' } })
    expect(await gateway.exited).toBe(3)
    expect(gateway.stderr()).toMatch(/^modelway: Plugin "ill" failed in "setup": no luck \([^\n]+\)\n$/)
    expect(gateway.logs().find(({ log }) => log === 'ill')).toMatchObject({
      level: 'debug',
      message: 'Failed in "setup"',
      error: expect.stringMatching(/^TypeError: no luck\n +at setup \(/),
    })
  }, 60_000)

  test.concurrent('finds the migrations of a plugin beside its file', async () => {
    const name = write(
      'notes/index.js',
      declare(
        'notes',
        `({ db }) => ({
          api: [{ method: 'GET', path: '/notes', access: 'anyone', summary: 'Notes', tag: 'Notes', answer: { about: 'Notes' },
            run: () => db.all('SELECT text FROM notes') }],
        })`,
        "migrations: './drizzle',",
      ).replaceAll('../../../../', '../../../../../'),
    )
    write(
      'notes/drizzle/0000_notes.sql',
      "CREATE TABLE notes (text TEXT);--> statement-breakpoint\nINSERT INTO notes VALUES ('kept');",
    )
    const entries = [{ idx: 0, version: '6', when: 1, tag: '0000_notes', breakpoints: true }]
    write('notes/drizzle/meta/_journal.json', JSON.stringify({ version: '7', dialect: 'sqlite', entries }))
    await using gateway = await spawnGateway({ cwd: folder, env: { PLUGINS: name } })
    expect(await (await gateway.fetch('/notes')).json()).toEqual([{ text: 'kept' }])
  }, 60_000)

  test('ends the start with one line for migrations that fail', async () => {
    const name = write('sad.js', declare('sad', '() => ({})', "migrations: './sad-drizzle',"))
    write('sad-drizzle/0000_sad.sql', 'CREATE TABEL notes (text TEXT);')
    const entries = [{ idx: 0, version: '6', when: 1, tag: '0000_sad', breakpoints: true }]
    write('sad-drizzle/meta/_journal.json', JSON.stringify({ version: '7', dialect: 'sqlite', entries }))
    const { code, stderr } = await fail(name)
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/^modelway: Cannot prepare the tables of plugin "sad": [^\n]*TABEL[^\n]*\n$/),
    ])
  }, 60_000)

  test.concurrent('keeps the gateway alive when a stranger fails behind its back; the log tells', async () => {
    const plugin = write(
      'clumsy.js',
      declare(
        'clumsy',
        `() => ({
          settle() {
            setTimeout(() => { throw new Error('from a timer') }, 5)
            void Promise.reject(new Error('from a promise'))
          },
          ticks: [{ every: 20, run: () => { throw new Error('from a tick') } }],
        })`,
      ),
    )
    await using gateway = await spawnGateway({ cwd: folder, env: { PLUGINS: plugin } })
    const ask = () => gateway.fetch('/v1/models', { headers: bearer })
    expect((await ask()).status).toBe(200)
    await Bun.sleep(100)
    expect((await ask().catch(() => undefined))?.status).toBe(200)
    await Bun.sleep(60)
    const errors = JSON.stringify(gateway.logs().filter(({ level }) => level === 'error'))
    for (const where of ['timer', 'promise', 'tick']) expect(errors).toContain(`from a ${where}`)
    expect(errors).toContain('Plugin \\"clumsy\\" failed in a tick')
  }, 60_000)

  test.concurrent('a tick that fails again and again is one line in the log, and another one when it works again', async () => {
    const plugin = write(
      'stumbles.js',
      declare(
        'stumbles',
        `() => {
          let runs = 0
          return { ticks: [{ every: 5, run: () => { if (++runs < 20) throw new Error('not yet') } }] }
        }`,
      ),
    )
    await using gateway = await spawnGateway({ cwd: folder, env: { PLUGINS: plugin } })
    const said = (words: string) =>
      gateway.logs().filter(({ message }) => String(message).includes(`"stumbles" ${words}`))
    while (said('works again').length === 0) await Bun.sleep(20)
    expect(said('failed in a tick')).toHaveLength(1)
    expect(said('works again')).toMatchObject([{ level: 'info', after: 'not yet' }])
  }, 60_000)

  test.concurrent('cannot hold up a stop: whose close fails or never ends is named in the log, and the rest is closed', async () => {
    const plugins = [
      write('first-in.js', declare('first-in', "({ log }) => ({ close: () => log.info('Closed last') })")),
      write('hangs.js', declare('hangs', '() => ({ close: () => new Promise(() => {}) })')),
      write('throws.js', declare('throws', "() => ({ close() { throw new Error('no luck') } })")),
      write('rejects.js', declare('rejects', "() => ({ close: async () => { throw new Error('later') } })")),
    ]
    await using gateway = await spawnGateway({ cwd: folder, env: { PLUGINS: plugins.join() } })
    gateway.signal('SIGTERM')
    expect(await gateway.exited).toBe(0)
    const said = gateway
      .logs()
      .filter(({ log, message }) => log === 'first-in' || /"close"/.test(`${message}`))
    expect(said.map(({ level, message }) => [level, message])).toEqual([
      [
        'error',
        expect.stringMatching(/^Plugin "rejects" failed in "close": later \(\S+rejects\.js:3:\d+\)$/),
      ],
      [
        'error',
        expect.stringMatching(/^Plugin "throws" failed in "close": no luck \(\S+throws\.js:3:\d+\)$/),
      ],
      ['error', 'Plugin "hangs" did not finish "close" within 10 s'],
      ['info', 'Closed last'],
    ])
    expect(gateway.stderr()).toBe('')
  }, 60_000)
})
