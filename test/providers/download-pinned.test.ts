import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fetchPinned } from '../../src/upstream/egress.ts'

describe('fetchPinned()', () => {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-'))
  const file = (name: string) => join(folder, name)
  Bun.spawnSync([
    ...[
      'openssl',
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '30',
      '-subj',
      '/CN=img.example.test',
    ],
    ...[
      '-addext',
      'subjectAltName=DNS:img.example.test',
      '-keyout',
      file('key.pem'),
      '-out',
      file('cert.pem'),
    ],
  ])
  const tls = { key: readFileSync(file('key.pem'), 'utf8'), cert: readFileSync(file('cert.pem'), 'utf8') }
  const echo = (request: Request) => Response.json({ host: request.headers.get('host') })
  const secure = Bun.serve({ port: 0, hostname: '127.0.0.1', tls, fetch: echo })
  const plain = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: request =>
      new URL(request.url).pathname === '/away'
        ? Response.redirect('http://example.com/', 302)
        : echo(request),
  })
  afterAll(() => {
    secure.stop(true)
    plain.stop(true)
    rmSync(folder, { recursive: true })
  })

  test('dials the address and tells the server the name', async () => {
    const response = await fetchPinned(new URL(`http://img.example.test:${plain.port}/`), '127.0.0.1')
    expect(await response.json()).toEqual({ host: `img.example.test:${plain.port}` })
  })

  test('follows no redirect', async () => {
    const response = await fetchPinned(new URL(`http://img.example.test:${plain.port}/away`), '127.0.0.1')
    expect(response.status).toBe(302)
  })

  test('asks no proxy', async () => {
    const before = process.env.HTTP_PROXY
    process.env.HTTP_PROXY = 'http://127.0.0.1:9'
    try {
      const response = await fetchPinned(new URL(`http://img.example.test:${plain.port}/`), '127.0.0.1')
      expect(response.status).toBe(200)
    } finally {
      if (before === undefined) delete process.env.HTTP_PROXY
      else process.env.HTTP_PROXY = before
    }
  })

  test('wants a certificate of the name, from somebody who is trusted', async () => {
    const failure = await fetchPinned(new URL(`https://img.example.test:${secure.port}/`), '127.0.0.1').catch(
      error => error.code,
    )
    expect(failure).toMatch(/SELF_SIGNED/)
    // The same call in a process that trusts this one certificate: then the name decides.
    const program = `
      const { fetchPinned } = await import(${JSON.stringify(new URL('../../src/upstream/egress.ts', import.meta.url).pathname)})
      const ask = name => fetchPinned(new URL('https://' + name + ':${secure.port}/'), '127.0.0.1').then(
        async response => (await response.json()).host, error => error.code)
      console.log(JSON.stringify([await ask('img.example.test'), await ask('other.example.test')]))`
    const run = Bun.spawn([process.execPath, '-e', program], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: file('cert.pem') },
    })
    expect(await new Response(run.stdout).json()).toEqual([
      `img.example.test:${secure.port}`,
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ])
  })
})
