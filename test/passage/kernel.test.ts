import { describe, expect, test } from 'bun:test'
import net from 'node:net'
import { definePlugin } from '../../src/contract/plugin.ts'
import type { NativeFacts } from '../../src/contract/provider.ts'
import { MASTER, until } from '../kit.ts'
import { type House, openHouse } from './kit.ts'

/** What the kernel itself holds, whatever passages and providers do. */

const rogue = (origin: () => string, urlOf: (facts: NativeFacts) => string) =>
  definePlugin({
    name: 'rogue',
    about: 'A provider whose addresses cannot be trusted.',
    setup: () => ({
      providers: [
        {
          name: 'rogue',
          type: 'rogue',
          baseUrl: `${origin()}/base`,
          wires: new Set<string>(),
          asksUsage: false,
          call: () => ({ url: '', headers: {} }),
          native: (facts: NativeFacts) => ({
            url: urlOf(facts),
            method: facts.method,
            headers: facts.headers,
          }),
        },
      ],
    }),
  })

describe('H-13 a call that a provider makes of a passage', () => {
  const other: Bun.Server<undefined> = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: () => new Response('reached'),
  })
  const home: string = `http://127.0.0.1:${other.port}`

  test.each<readonly [() => string, number]>([
    [() => `${home}/base/x`, 200],
    [() => `${home}/base/../x`, 400],
    [() => `${home}/base/%2e%2e/x`, 400],
    [() => `${home}/basement`, 400],
    [() => `${home}/other`, 400],
    [() => `${home}@evil.example/base/x`, 400],
    [() => 'http://evil.example/base/x', 400],
    [() => 'no address', 400],
  ])('stays below its base URL: %#', async (urlOf, status) => {
    await using house = await openHouse({ extra: [rogue(() => home, urlOf)] })
    const response = await house.call('GET', '/p/rogue/x')
    await response.text()
    expect(response.status).toBe(status)
  })
})

/** A provider that answers with these bytes and then hangs up. */
async function cutter(head: string): Promise<{ readonly url: string; close(): void }> {
  const server = net.createServer(socket => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(head)
      setTimeout(() => socket.destroy(), 20)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  return { url: `http://127.0.0.1:${port}/v1`, close: () => server.close() }
}

const socketOf = (house: House) =>
  Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: request => house.test.gateway.fetch(request) })

describe('a download that breaks off', () => {
  test.each([
    ['of a known length', 'content-length: 100\r\n\r\nhalf'],
    ['in chunks', 'transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  ])('breaks for the client too: %s', async (_, tail) => {
    const provider = await cutter(`HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n${tail}`)
    await using house = await openHouse({ at: { OPENAI_BASE_URL: provider.url } })
    const door = socketOf(house)
    const headers = { authorization: `Bearer ${MASTER}` }
    const taken = fetch(`http://127.0.0.1:${door.port}/p/openai/files/1/content`, { headers }).then(
      response => response.bytes(),
    )
    await expect(taken).rejects.toThrow()
    await until(() => house.settled.length > 0, 'the call to be settled')
    expect(house.settled).toMatchObject([{ code: 'upstream_cut', status: 200 }])
    await door.stop(true)
    provider.close()
  })
})

describe('bytes from a provider', () => {
  test('run nothing in a browser, and keep their length', async () => {
    await using house = await openHouse()
    house.answer(() => new Response('<script>1</script>', { headers: { 'content-type': 'text/html' } }))
    const response = await house.call('GET', '/p/openai/page')
    expect(await response.text()).toBe('<script>1</script>')
    expect(response.headers.get('content-security-policy')).toContain('sandbox')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-length')).toBe('18')
  })

  test('have the length that the provider says where only their head is asked for', async () => {
    await using house = await openHouse()
    const door = socketOf(house)
    const said = async (headers: Record<string, string>, status = 200) => {
      house.answer(() => new Response(null, { status, headers }))
      const response = await fetch(`http://127.0.0.1:${door.port}/p/openai/things/1`, {
        method: 'HEAD',
        headers: { authorization: `Bearer ${MASTER}` },
      })
      expect([response.status, await response.text()]).toEqual([status, ''])
      return response.headers.get('content-length')
    }
    expect(await said({ 'content-type': 'audio/mpeg', 'content-length': '12345' })).toBe('12345')
    expect(await said({ 'content-type': 'application/json', 'content-length': '12345' })).toBe('12345')
    expect(await said({ 'content-length': '0' })).toBe('0')
    expect(await said({ 'transfer-encoding': 'chunked' })).toBe(null)
    expect([await said({}, 204), await said({}, 404)]).not.toContain('12345')
    await door.stop(true)
  })

  test('that were packed although nobody asked for it come unpacked, without the length that they had', async () => {
    await using house = await openHouse()
    const packed = Bun.gzipSync(new TextEncoder().encode('x'.repeat(1000)))
    house.answer(
      () => new Response(packed, { headers: { 'content-type': 'text/plain', 'content-encoding': 'gzip' } }),
    )
    const response = await house.call('GET', '/p/openai/packed')
    expect([response.headers.get('content-length'), (await response.text()).length]).toEqual([null, 1000])
  })
})
