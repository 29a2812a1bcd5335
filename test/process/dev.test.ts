import { afterAll, describe, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { root, spawnGateway } from './spawn.ts'

/** What `bun run dev` notices: tried on a copy, because files of it are changed. */

const copy = mkdtempSync(join(tmpdir(), 'modelway-dev-'))
for (const part of ['src', 'plugins', 'views', 'drizzle', 'package.json', 'tsconfig.json'])
  cpSync(join(root, part), join(copy, part), { recursive: true })
symlinkSync(realpathSync(join(root, 'node_modules')), join(copy, 'node_modules'))
afterAll(() => rmSync(copy, { recursive: true, force: true }))

const PATIENCE = 10_000

describe('bun run dev', () => {
  test('serves styles, scripts and pictures of pages as they are now, however an editor writes them', async () => {
    const script = relative(root, join(copy, 'src/main.ts'))
    // The runtime sees new files in place of others only below the folder where it was started, as "bun run" does it.
    const flags = ['--watch', '--no-clear-screen']
    await using gateway = await spawnGateway({ script, flags, cwd: copy })
    const assets = () => {
      const port = gateway
        .logs()
        .findLast(({ message }) => message === 'Listening')
        ?.url?.toString()
        .match(/:(\d+)/)?.[1]
      return assetsOf(`http://127.0.0.1:${port}`)
    }
    const changes = [
      ['styles/narrow.css', 'app.css', '.is-new { color: teal }'],
      ['app.js', 'app.js', '// is new'],
      ['icon.svg', 'icon.svg', '<svg xmlns="http://www.w3.org/2000/svg"></svg>'],
    ] as const
    for (const [index, [file, name, text]] of changes.entries()) {
      const path = join(copy, 'views', file)
      // Some editors write into the file, others put a new one in its place.
      const written = index === 1 ? `${path}~` : path
      writeFileSync(written, text)
      if (written !== path) renameSync(written, path)
      const end = performance.now() + PATIENCE
      let found = ''
      while (!found.includes(text) && performance.now() < end) {
        await Bun.sleep(50)
        found = (await assets())[name] ?? ''
      }
      expect([file, found]).toEqual([file, expect.stringContaining(text)])
    }
  }, 60_000)
})

/** What the sign-in page loads, by name without hash; nothing while the gateway starts anew. */
async function assetsOf(url: string): Promise<Record<string, string>> {
  try {
    const page = await (await fetch(`${url}/sign-in`)).text()
    const files = [...page.matchAll(/\/assets\/([\w.-]+)-[\w]+\.(\w+)/g)]
    const found = files.map(async ([path, name, type]) => [
      `${name}.${type}`,
      await (await fetch(url + path)).text(),
    ])
    return Object.fromEntries(await Promise.all(found))
  } catch {
    return {}
  }
}
