import { expect, test } from 'bun:test'
import { createFolder, type Served, serve, until } from '../config/kit.ts'
import { bearing, startIdentity } from './kit.ts'

const says = ({ log }: Served, message: string) => log.filter(line => line.message === message).length

async function reload(gateway: Served, change: () => void): Promise<void> {
  const before = says(gateway, 'Reloaded the configuration')
  change()
  gateway.kill('SIGHUP')
  await until(() => says(gateway, 'Reloaded the configuration') > before, 'a reload')
}

test('a reload keeps known keys and sessions, until other people are operators', async () => {
  await using identity = await startIdentity()
  using folder = createFolder()
  const write = (admin: string, about: string) =>
    folder.write(
      'modelway.yaml',
      `
# ${about}
auth: { master_key: master-key-for-tests }
oidc:
  issuer: ${identity.url}
  audience: modelway
  user_path: /team/{sub}
  admin: ["${admin}"]
  client_id: dashboard
  client_secret: "a-client-secret: with & signs"
`,
    )
  write('groups=platform-admins', 'first')
  await using gateway = await serve(folder.path)
  const token = await identity.token()
  const statusOf = async (headers: Record<string, string>, path = '/v1/models') =>
    (await fetch(gateway.url + path, { headers, redirect: 'manual' })).status
  expect(await statusOf(bearing(token))).toBe(200)

  await identity.plan({ claims: { sub: 'jane', groups: ['platform-admins'] } })
  const away = await fetch(`${gateway.url}/sign-in/sso`, { redirect: 'manual' })
  const back = await fetch(away.headers.get('location')!, { redirect: 'manual' })
  const cookieOf = (response: Response) =>
    response.headers
      .getSetCookie()
      .map(text => text.split(';')[0])
      .join('; ')
  // The operator is away while the configuration is saved.
  await identity.down()
  await reload(gateway, () => write('groups=platform-admins', 'second'))
  expect(await statusOf(bearing(token))).toBe(200)
  await identity.up()
  const landed = await fetch(back.headers.get('location')!, {
    headers: { cookie: cookieOf(away) },
    redirect: 'manual',
  })
  expect(landed.status).toBe(303)
  const session = { cookie: cookieOf(landed) }
  expect(await statusOf(session, '/dashboard/keys')).toBe(200)

  await reload(gateway, () => write('groups=platform-admins', 'third'))
  expect(await statusOf(session, '/dashboard/keys')).toBe(200)
  await reload(gateway, () => write('groups=others', 'fourth'))
  expect(await statusOf(session, '/dashboard/keys')).toBe(303)
}, 60_000)
