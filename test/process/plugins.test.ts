import { afterAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bearer, chatInit, launchGateway, root, spawnGateway } from './spawn.ts'

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
  `import { definePlugin } from '../../../../src/plugin.ts'\nimport { refuse } from '../../../../src/errors.ts'\n` +
  `export default definePlugin({ name: '${name}', about: 'Made by a test.', ${more} setup: ${setup} })\n`

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  if (readdirSync(fixtures).length === 0) rmSync(fixtures, { recursive: true })
})

/** How a start with these plugins ends. */
async function fail(plugins: string, env: Record<string, string> = {}) {
  await using gateway = launchGateway({ cwd: folder, env: { PLUGINS: plugins, ...env } })
  const late = setTimeout(() => void gateway.stop(), 10_000)
  const code = await gateway.exited
  clearTimeout(late)
  const stderr = gateway.stderr()
  return { code, stderr }
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
    ['a file that is no program', () => write('broken.js', 'export default {{{'), /plugin "\.\/broken\.js"/],
    [
      'a file that throws',
      () => write('throws.js', 'throw new Error("at import")'),
      /"\.\/throws\.js": at import/,
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
      /"\.\/mute\.js"/,
    ],
    ['another name than its file', () => write('one.js', declare('other', '() => ({})')), /"other".*"one"/],
    ['a name in capitals', () => write('Loud.js', declare('Loud', '() => ({})')), /"Loud".*kebab-case/],
    [
      'the same twice',
      () => `${write('twin.js', declare('twin', '() => ({})'))},./twin.js`,
      /"twin" is listed twice/,
    ],
    [
      'the name of one of ours',
      () => write('auth.js', declare('auth', '() => ({})')),
      /"auth" is listed twice/,
    ],
    [
      'a need that nobody meets',
      () => write('needy.js', declare('needy', '() => ({})', "needs: ['water'],")),
      /"needy" needs "water"/,
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

  test('names the plugin whose setup or start fails', async () => {
    const fails = '{ throw new Error("no luck") }'
    for (const [name, setup] of [
      ['sick', `() => ${fails}`],
      ['tired', `() => ({ start() ${fails} })`],
    ] as const) {
      const { code, stderr } = await fail(write(`${name}.js`, declare(name, setup)))
      expect([code > 0, stderr]).toEqual([true, expect.stringContaining(`"${name}"`)])
      expect(stderr).toContain('no luck')
    }
  }, 60_000)

  test('keeps the gateway alive when a stranger fails behind its back; the log tells', async () => {
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

  test('a tick that fails again and again is one line in the log, and another one when it works again', async () => {
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
})
