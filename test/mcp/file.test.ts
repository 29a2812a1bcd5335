import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createFolder, problemsOf, type Served, serve, until } from '../config/kit.ts'
import { MASTER } from '../kit.ts'
import { startServer, type TestServer } from './kit.ts'

let one: TestServer
let two: TestServer
beforeAll(async () => {
  ;[one, two] = await Promise.all([startServer('one', 'new'), startServer('two', 'old')])
})
afterAll(() => Promise.all([one.stop(), two.stop()]))

const admin = async (gateway: Served, path: string) =>
  (await fetch(gateway.url + path, { headers: { authorization: `Bearer ${MASTER}` } })).text()

const server = ({ name, port }: TestServer) => `
    - name: ${name}
      url: http://127.0.0.1:${port}/mcp?key=secret-of-the-address
      headers: { authorization: "Bearer \${TOKEN}" }
      user_paths: [/team]`

test('servers of the file come and go with a reload, and their secrets are shown nowhere', async () => {
  using folder = createFolder()
  const write = (servers: readonly TestServer[]) =>
    folder.write(
      'modelway.yaml',
      `auth: { master_key: ${MASTER} }\nmcp:\n  timeout: 5s\n  servers:${servers.map(server).join('')}\n`,
    )
  write([one])
  await using gateway = await serve(folder.path, { TOKEN: 'secret-of-the-server' })
  const states = async () =>
    (JSON.parse(await admin(gateway, '/admin/mcp')) as { name: string; state: string }[]).map(
      ({ name, state }) => `${name} ${state}`,
    )
  await until(async () => (await states())[0] === 'one ready', 'the first server')
  write([one, two])
  gateway.kill('SIGHUP')
  await until(async () => (await states())[1] === 'two ready', 'the second server')
  write([two])
  gateway.kill('SIGHUP')
  await until(async () => (await states()).join() === 'two ready', 'the first server to be gone')
  const shown = [
    await admin(gateway, '/admin/mcp'),
    await admin(gateway, '/admin/settings'),
    await admin(gateway, '/metrics'),
    JSON.stringify(gateway.log),
  ].join('\n')
  expect(shown).toContain('127.0.0.1')
  expect(shown).not.toMatch(/secret-of-the-(server|address)/)
})

describe('what cannot be a server is named with its place', () => {
  const url = 'https://tools.example.com/mcp'
  test.each<[string, unknown, RegExp]>([
    ['no JSON', 'search', /expected a JSON array such as/],
    ['a name that would not end where it should', [{ name: 'a__b', url }], /expected a name of at most 32/],
    ['an address that is a command', [{ name: 'a', command: 'sh', url }], /command/],
    ['no address', [{ name: 'a' }], /\[0\].url: it is missing/],
    ['a file', [{ name: 'a', url: 'file:///etc/passwd' }], /expected an address such as https/],
    ['credentials in the address', [{ name: 'a', url: 'https://me:pw@x.example' }], /without credentials/],
    ['a header with a line break', [{ name: 'a', url, headers: { a: 'b\nc' } }], /printable ASCII/],
    ['an empty list of paths', [{ name: 'a', url, user_paths: [] }], /leave it out for everybody/],
    ['a path that is none', [{ name: 'a', url, user_paths: ['/a/../b'] }], /such as \/team\/alpha/],
    [
      'two of one name',
      [
        { name: 'a', url },
        { name: 'a', url },
      ],
      /two servers have the same name/,
    ],
  ])('%s', async (_what, servers, message) => {
    const text = typeof servers === 'string' ? servers : JSON.stringify(servers)
    const problems = await problemsOf({ env: { MCP_SERVERS: text } })
    expect(problems.join('\n')).toMatch(message)
    expect(problems.join('\n')).toMatch(/MCP_SERVERS/)
  })
})
