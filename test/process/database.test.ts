import { Database } from 'bun:sqlite'
import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchGateway } from './spawn.ts'

const home = mkdtempSync(join(tmpdir(), 'modelway-database-'))
const mounts: string[] = []
afterAll(() => {
  for (const folder of mounts) Bun.spawnSync(['umount', folder])
  rmSync(home, { recursive: true, force: true })
})

/** A file system of its own; undefined where this user may make none. */
function mount(name: string, options: string): string | undefined {
  const folder = join(home, name)
  mkdirSync(folder)
  const { exitCode } = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', options, 'tmpfs', folder], {
    stderr: 'ignore',
  })
  if (exitCode !== 0) return undefined
  mounts.push(folder)
  return folder
}

const [full, readOnly] = [mount('full', 'size=64k'), mount('read-only', 'ro')]

/** How a start ends on this database: one line, no secret, no stack. */
async function fail(url: string, token?: string): Promise<string> {
  const env = { DATABASE_URL: url, ...(token !== undefined && { DATABASE_AUTH_TOKEN: token }) }
  await using gateway = launchGateway({ env })
  const late = setTimeout(() => void gateway.stop(), 25_000)
  const code = await gateway.exited
  clearTimeout(late)
  const said = gateway.stderr()
  expect([code, said]).toEqual([3, expect.stringMatching(/^modelway: Cannot [^\n]+[^.\n]\n$/)])
  return said
}

/** A server that answers everything with this. */
async function failAt(answer: () => Response | Promise<Response>): Promise<string> {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: answer })
  try {
    return await fail(`http://127.0.0.1:${server.port}`, 'hidden-token')
  } finally {
    await server.stop(true)
  }
}

test.skipIf(full === undefined)(
  'a disk that is full is told as that',
  async () => {
    expect(await fail(`file:${full}/x.db`)).toMatch(/SQLITE_FULL.*: make room on its disk$/m)
  },
  60_000,
)

test.skipIf(readOnly === undefined)(
  'a disk that cannot be written is told as that',
  async () => {
    expect(await fail(`file:${readOnly}/x.db`)).toMatch(/must be writable .*DATABASE_URL says where/)
  },
  60_000,
)

test.concurrent.each(['begin exclusive', 'pragma journal_mode = wal; begin immediate'])(
  'a file that another process holds is told as that: %s',
  async how => {
    const file = join(home, `${crypto.randomUUID()}.db`)
    const holder = new Database(file, { create: true })
    holder.exec(`create table held(x); ${how}`)
    expect(await fail(`file:${file}`)).toMatch(
      /SQLITE_BUSY.*: another process holds it: end that one, or try again$/m,
    )
    holder.close()
  },
  60_000,
)

const servers: readonly (readonly [what: string, answer: () => Response, says: RegExp])[] = [
  [
    'a token that it does not take',
    () => Response.json({}, { status: 401 }),
    /401: correct DATABASE_AUTH_TOKEN$/m,
  ],
  ['a token that may not', () => Response.json({}, { status: 403 }), /403: correct DATABASE_AUTH_TOKEN$/m],
  ['a fault of its own', () => Response.json({}, { status: 503 }), /503: it is the server that fails/],
  [
    'an address of something else',
    () => new Response('Nothing here', { status: 404 }),
    /404: .*no libSQL server/,
  ],
  [
    'a page for people',
    () => new Response('<html>Sign in</html>'),
    /no libSQL server: correct DATABASE_URL$/m,
  ],
  ['JSON of another make', () => Response.json({ ok: true }), /no libSQL server: correct DATABASE_URL$/m],
]
test.concurrent.each(servers)(
  'a server that answers with %s is told as that, without the token',
  async (_, answer, says) => {
    const said = await failAt(answer)
    expect(said).toMatch(says)
    expect(said).not.toContain('hidden-token')
  },
  60_000,
)

test.concurrent('a server that never answers, or is not there, does not keep a start waiting for ever', async () => {
  const [silent, gone] = await Promise.all([
    failAt(() => new Promise<Response>(() => {})),
    fail('http://127.0.0.1:1'),
  ])
  expect(silent).toMatch(/no answer within 8 s: start the server, or correct DATABASE_URL$/m)
  expect(gone).toMatch(/start the server, or correct DATABASE_URL$/m)
}, 60_000)
