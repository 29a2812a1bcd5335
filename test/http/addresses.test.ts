import { expect, test } from 'bun:test'
import { isMetadataAddress } from '../../src/http/addresses.ts'
import { createClient } from '../../src/http/client.ts'
import { createEgress } from '../../src/upstream/egress.ts'

test.each([
  '169.254.169.254',
  '169.254.170.2',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '[fd00:ec2::254]',
  'fe80::1%eth0',
  '64:ff9b::a9fe:a9fe',
  '168.63.129.16',
  '100.100.100.200',
])('%s is where a cloud keeps secrets', address => expect(isMetadataAddress(address)).toBe(true))

test.each([
  '127.0.0.1',
  '10.0.0.5',
  '192.168.1.10',
  '::1',
  'fd12:3456::1',
  '100.64.0.7',
  '8.8.8.8',
  'gpu',
  '',
])('%j is not', address => expect(isMetadataAddress(address)).toBe(false))

test('a connection that leads where it must not sends nothing, whatever the name was', async () => {
  let heard = 0
  using server = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      data(_, bytes) {
        heard += bytes.length
      },
    },
  })
  const client = createClient()
  const call = {
    ...{
      url: `http://localhost:${server.port}/`,
      method: 'GET',
      headers: {},
      body: undefined,
      signal: undefined,
    },
    shuns: (address: string) => /127\.0\.0\.1|::1/.test(address),
  }
  await expect(client.send(call)).rejects.toThrow('The name leads to an address that must not be called')
  expect(heard).toBe(0)
  client.close()
})

test('what an operator typed leads to no metadata, whatever is sent and however it leaves', async () => {
  const egress = createEgress({ isAllowed: () => true, isTyped: () => true, byFetch: false })
  const url = 'http://169.254.169.254/latest'
  const never = /must not be called/
  await expect(egress.fetch(url)).rejects.toThrow(never)
  await expect(egress.fetch(url, { method: 'POST', body: new FormData() })).rejects.toThrow(never)
  expect(() => egress.send(url)).toThrow(never)
  await expect(egress.dial(url, { headers: {}, signal: AbortSignal.timeout(100) })).rejects.toThrow(never)
  egress.close()
})

test('a form goes to the address that was looked at, under the name that was typed', async () => {
  using server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async request =>
      new Response(`${request.headers.get('host')} ${(await request.formData()).get('a')}`),
  })
  const egress = createEgress({ isAllowed: () => true, isTyped: () => true, byFetch: false })
  const body = new FormData()
  body.set('a', 'b')
  const answer = await egress.fetch(`http://127.0.0.1:${server.port}/`, { method: 'POST', body })
  expect(await answer.text()).toBe(`127.0.0.1:${server.port} b`)
  egress.close()
})
