import { afterAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { codes } from '../../src/errors.ts'
import { bearer, chatInit, KEY, launchGateway, root, spawnGateway } from './spawn.ts'

// Far from the project: nothing but the gateway itself can lead from here to its contract.
const folder = mkdtempSync(join(tmpdir(), 'modelway-away-'))
const write = (name: string, text: string): string => {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return `./${name}`
}
const install = (name: string, text: string): string => {
  write(`node_modules/${name}/package.json`, JSON.stringify({ name, type: 'module', main: 'index.ts' }))
  write(`node_modules/${name}/index.ts`, text)
  return name
}

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const readme = await Bun.file(join(root, 'README.md')).text()
const guide = await Bun.file(join(root, 'plugins/README.md')).text()

/** The example of a document that holds these words, as it is printed. */
const exampleOf = (text: string, words: string): string =>
  [...text.matchAll(/^```tsx?\n(.*?)^```$/gms)].map(([, code]) => code!).find(code => code.includes(words))!

const chat = { model: 'demo/parrot', messages: [{ role: 'user', content: 'Hi' }] }

describe('modelway', () => {
  test('is this very installation, for files and for packages, whatever lies beside them', async () => {
    install('modelway', 'throw new Error("a second copy")')
    const file = write(
      'near.ts',
      `import { Refusal, definePlugin, refuse } from 'modelway'
       export default definePlugin({
         name: 'near',
         about: 'Made by a test.',
         setup: () => ({ exports: { Refusal, refuse } }),
       })`,
    )
    const packed = install(
      'gatekeeper',
      `import { definePlugin, Refusal, refuse, whole } from 'modelway'
       import { sql } from 'drizzle-orm'
       import * as v from 'valibot'
       export default definePlugin({
         name: 'gatekeeper',
         about: 'Made by a test.',
         needs: ['near'],
         config: v.object({ most: v.optional(whole(0, 9), 3) }),
         env: { most: ['GATEKEEPER_MOST'] },
         setup({ use, config, db }) {
           const near = use<{ Refusal: unknown; refuse: unknown }>('near')
           const isOne = near.Refusal === Refusal && near.refuse === refuse
           return {
             async permit() {
               const [row] = await db.all<{ n: number }>(sql\`SELECT \${config.most} AS n\`)
               refuse('forbidden', \`one: \${isOne}, most: \${row?.n}\`)
             },
           }
         },
       })`,
    )
    const env = { PLUGINS: `${file},${packed}`, GATEKEEPER_MOST: '5' }
    await using gateway = await spawnGateway({ cwd: folder, env })
    const response = await gateway.fetch('/v1/chat/completions', chatInit(chat))
    expect([response.status, await response.json()]).toMatchObject([
      403,
      { error: { code: 'forbidden', message: 'one: true, most: 5' } },
    ])
  }, 60_000)

  test('is found by "modelway check", too', async () => {
    const text = exampleOf(readme, "name: 'night-shift'")
    const env = { PLUGINS: write('night-shift.ts', text) }
    await using check = launchGateway({ cwd: folder, env, args: ['check'] })
    expect([await check.exited, check.stdout()]).toEqual([0, expect.stringContaining('No mistakes')])
  }, 60_000)

  test('is what the example in README.md needs, as it is printed', async () => {
    const plugin = write('night-shift.ts', exampleOf(readme, "name: 'night-shift'"))
    const ask = async (opens: string) => {
      const env = { PLUGINS: plugin, NIGHT_SHIFT_OPENS: opens, VIRTUAL_MODELS: aliases }
      await using gateway = await spawnGateway({ cwd: folder, env })
      const response = await gateway.fetch('/v1/chat/completions', chatInit({ ...chat, model: 'gpt-5' }))
      return [response.status, (await response.json()).error?.message]
    }
    const aliases = JSON.stringify([{ source: 'gpt-5', target_model: 'demo/parrot' }])
    expect(await ask('24')).toEqual([403, 'Come back after 24:00 UTC'])
    expect(await ask('0')).toEqual([200, undefined])
    await using late = launchGateway({ cwd: folder, env: { PLUGINS: plugin, NIGHT_SHIFT_OPENS: 'six' } })
    expect([await late.exited, late.stderr()]).toEqual([
      3,
      'modelway: Cannot use NIGHT_SHIFT_OPENS: expected a whole number\n',
    ])
  }, 60_000)
})

describe('modelway/views', () => {
  test('has what the example of a page needs, as it is printed: its form works without scripts', async () => {
    const plugin = write('notes.tsx', exampleOf(guide, "name: 'notes'"))
    await using gateway = await spawnGateway({ cwd: folder, env: { PLUGINS: plugin } })
    const signedIn = await gateway.fetch('/sign-in', {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ key: KEY }),
    })
    const headers = { cookie: signedIn.headers.get('set-cookie')?.split(';')[0] ?? '' }
    const show = async () => (await gateway.fetch('/dashboard/notes', { headers })).text()
    const csrf = /<input type="hidden" name="csrf" value="([^"]+)"/.exec(await show())?.[1] ?? ''
    const add = async (fields: Record<string, string>) =>
      (
        await gateway.fetch('/dashboard/notes/add', {
          method: 'POST',
          redirect: 'manual',
          headers,
          body: new URLSearchParams(fields),
        })
      ).status
    expect(await add({ text: 'forged' })).toBe(403)
    expect(await add({ text: 'Water the <plants>', csrf })).toBe(303)
    expect(await show()).toContain('Water the &lt;plants&gt;')
    expect(await show()).not.toContain('forged')
    expect((await gateway.fetch('/dashboard/notes', { headers: bearer })).status).toBe(200)
  }, 60_000)
})

test('plugins/README.md lists every code of a refusal, with its status and whether it heals', () => {
  const rows = [...guide.matchAll(/^\| `(\w+)` +\| (\d+) +\| (yes)? +\|/gm)]
  expect(rows.map(([, code, status, heals]) => [code, Number(status), heals === 'yes'])).toEqual(
    Object.entries(codes).map(([code, { status, heals }]) => [code, status, heals]),
  )
})
