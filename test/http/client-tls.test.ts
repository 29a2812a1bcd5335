import { afterEach, describe, expect, test } from 'bun:test'
import { createServer } from 'node:tls'
import { answer } from './server.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

describe('TLS', () => {
  const folder = new URL('certificates/', import.meta.url).pathname
  const serveTls = (name: string) => {
    const server = Bun.serve({
      port: 0,
      tls: { cert: Bun.file(`${folder}${name}.pem`), key: Bun.file(`${folder}${name}.key`) },
      fetch: async request => new Response(`${(await request.text()).length}`),
    })
    stops.push(() => server.stop(true))
    return server.port
  }
  const script = `
    import { createClient } from ${JSON.stringify(new URL('../../src/http/client.ts', import.meta.url).pathname)}
    for (const url of process.argv.slice(1)) {
      const asking = createClient().send({ url, method: 'POST', headers: {}, body: 'x'.repeat(3_000_000), signal: undefined })
      console.log(await asking.then(async answer => Buffer.from(await answer.bytes()).toString(), error => error.code))
    }
    process.exit()`
  /** What a process hears from these servers that trusts our authority, or does not. */
  async function hear(env: Record<string, string>, ...urls: string[]): Promise<string[]> {
    const { NODE_EXTRA_CA_CERTS: _, ...rest } = process.env
    const child = Bun.spawn([process.execPath, '-e', script, ...urls], {
      env: { ...rest, ...env },
      stderr: 'inherit',
    })
    return (await new Response(child.stdout).text()).trim().split('\n')
  }

  test('is spoken with who proves its name, and with nobody else', async () => {
    const [right, wrong] = [serveTls('localhost'), serveTls('elsewhere')]
    const trusting = { NODE_EXTRA_CA_CERTS: `${folder}authority.pem` }
    expect(
      await hear(
        trusting,
        `https://localhost:${right}/`,
        `https://127.0.0.1:${right}/`,
        `https://localhost:${wrong}/`,
      ),
    ).toEqual(['3000000', '3000000', 'ERR_TLS_CERT_ALTNAME_INVALID'])
    expect(await hear({}, `https://localhost:${right}/`)).toEqual(['UNABLE_TO_VERIFY_LEAF_SIGNATURE'])
  })

  test('ends without the other side, which may never say that it has ended, too', async () => {
    const [cert, key] = await Promise.all(
      ['pem', 'key'].map(end => Bun.file(`${folder}localhost.${end}`).text()),
    )
    const server = createServer({ allowHalfOpen: true, cert, key }, socket =>
      socket.on('error', () => {}).once('data', () => socket.write(answer('hello', 'connection: close\r\n'))),
    )
    const port = await new Promise(resolve =>
      server.listen(0, () => resolve((server.address() as { port: number }).port)),
    )
    stops.push(() => server.close())
    // A process ends when nothing is open any more.
    const child = Bun.spawn(
      [process.execPath, '-e', script.replace('process.exit()', ''), `https://localhost:${port}/`],
      {
        env: { ...process.env, NODE_EXTRA_CA_CERTS: `${folder}authority.pem` },
      },
    )
    stops.push(() => child.kill())
    expect(await Promise.race([child.exited, Bun.sleep(3000)])).toBe(0)
    expect(await new Response(child.stdout).text()).toBe('hello\n')
  })
})
