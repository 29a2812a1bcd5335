import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { belowBase, readAddress, readingOf } from '../../plugins/passthrough/address.ts'
import { Refusal } from '../../src/errors.ts'
import { createWires } from '../../src/upstream/wires.ts'

/** H-13 and H-20: whatever a client writes, a call goes to the provider's origin and below its base URL. */

const bases = [
  'https://api.acme.example/v1',
  'https://api.acme.example',
  'http://10.0.0.7:8000/openai/v1',
  'https://acme.example/api/v1beta',
  'https://acme.example/v1/projects/x/locations/y',
]

const pieces = [
  '..',
  '.',
  '...',
  '%2e',
  '%2E%2e',
  '.%2e',
  '%252e%252e',
  '%2f',
  '%2F',
  '%5c',
  '\\',
  '/',
  '//',
  '///',
  '@',
  ':',
  '@evil.example',
  '//evil.example',
  'https://evil.example',
  'http:',
  'http:\\\\evil.example',
  '?',
  '#',
  '?url=http://evil.example',
  '\t',
  '\n',
  '\r',
  ' ',
  '%00',
  '%09',
  '%0a',
  '%0d%0aHost: evil',
  '%20',
  ';',
  '..;',
  '..;x=y',
  ';/..',
  '%3b',
  '%c0%ae',
  '%u002e',
  '%ff',
  '%',
  '%2',
  '%zz',
  '169.254.169.254',
  '[::1]',
  'localhost',
  '0x7f.1',
  'evil.example',
  '.evil.example',
  ':80',
  ':443@evil',
  'v1',
  'v1beta',
  'openai',
  'files',
  'chat',
  'completions',
  'models',
  'ａ',
  '。',
  '．．',
  '／',
  '\u2024\u2024',
  '\u0000',
  'é',
] as const

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(...pieces),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom('/', '/', 'a'),
    ),
    {
      maxLength: 8,
    },
  )
  .map(parts => parts.join(''))

/** The call that a provider makes of what a client wrote; undefined where it is refused. */
function upstreamOf(url: string, baseUrl: string): string | undefined {
  try {
    const { path, query } = readAddress(url, '/p/')
    const { native } = createWires({
      provider: 'acme',
      baseUrl,
      official: undefined,
      spoken: {},
      access: { headers: { authorization: 'Bearer secret' } },
    })
    const call = native({ method: 'GET', path: belowBase(path, baseUrl, () => true), query, headers: {} })
    return (call as { url: string }).url
  } catch (error) {
    if (error instanceof Refusal && error.status === 400) return undefined
    throw error
  }
}

function stays(url: string, baseUrl: string): boolean {
  const sent = upstreamOf(url, baseUrl)
  if (sent === undefined) return true
  const [to, base] = [new URL(sent), new URL(baseUrl)]
  return (
    to.origin === base.origin &&
    to.username + to.password === '' &&
    to.hash === '' &&
    to.pathname.startsWith(`${base.pathname.replace(/\/$/, '')}/`) &&
    // What is sent is what was judged: nothing is resolved, folded or cut on the way.
    base.origin + to.pathname + to.search === sent
  )
}

describe('H-13 a path of a client', () => {
  test('never leads to another origin or out of the base URL, as the server hands it on', () => {
    let sent = 0
    fc.assert(
      fc.property(hostile, fc.constantFrom(...bases), (text, baseUrl) => {
        const url = URL.parse(`http://localhost:8080/p/acme/${text}`)?.href
        if (url === undefined || !url.startsWith('http://localhost:8080/p/acme/')) return true
        if (upstreamOf(url, baseUrl) !== undefined) sent++
        return stays(url, baseUrl)
      }),
      { numRuns: 100_000 },
    )
    expect(sent).toBeGreaterThan(20_000)
  }, 120_000)

  test('never does so as raw text either, whoever parses it', () => {
    let sent = 0
    fc.assert(
      fc.property(hostile, fc.constantFrom(...bases), (text, baseUrl) => {
        const url = `http://localhost:8080/p/acme/${text}`
        if (upstreamOf(url, baseUrl) !== undefined) sent++
        return stays(url, baseUrl)
      }),
      { numRuns: 100_000 },
    )
    expect(sent).toBeGreaterThan(1000)
  }, 120_000)

  test('H-20 is never read as an address of its own', () => {
    const hosts = fc.constantFrom(
      '127.0.0.1',
      '[::1]',
      '0.0.0.0',
      '169.254.169.254',
      '2130706433',
      '0x7f000001',
      '[::ffff:7f00:1]',
      'localtest.me',
      'metadata.google.internal',
    )
    const schemes = fc.constantFrom(
      'http://',
      'https://',
      '//',
      '/\\',
      'file:///',
      'data:',
      's3://',
      'unix:',
      '@',
      ':@',
      '%40',
      '',
    )
    fc.assert(
      fc.property(schemes, hosts, hostile, fc.constantFrom(...bases), (scheme, host, text, baseUrl) =>
        stays(`http://localhost:8080/p/acme/${scheme}${host}${text}`, baseUrl),
      ),
      { numRuns: 100_000 },
    )
  }, 120_000)

  test.each([
    '/p/acme/../admin',
    '/p/acme/a/../../b',
    '/p/acme/%2e%2e/b',
    '/p/acme/a%2f..%2fb',
    '/p/acme/%252e%252e/b',
    '/p/acme/%25252e%25252e%25252f',
    '/p/acme/..;/b',
    '/p/acme/.%2e;x=1/b',
    '/p/acme/a\\b',
    '/p/acme/a%5cb',
    '/p/acme/a%00b',
    '/p/acme/a%0d%0aHost:%20evil',
    '/p/acme/%c0%ae%c0%ae/b',
    '/p/acme/%zz',
    '/p/acme/a b',
    '/p/acme/a\tb',
    '/p/acme/é',
    '/p/acme/a?%zz=1',
  ])('is refused where it reads as something else: %s', path => {
    expect(upstreamOf(`http://localhost:8080${path}`, bases[0]!)).toBeUndefined()
  })

  test.each([
    ['/p/acme/chat/completions', '/v1/chat/completions'],
    ['/p/acme/v1/chat/completions', '/v1/chat/completions'],
    ['/p/acme/v1/v1/x', '/v1/v1/x'],
    ['/p/acme/v10/x', '/v1/v10/x'],
    ['/p/acme/files/a%20b', '/v1/files/a%20b'],
    ['/p/acme/model/arn%3Aaws%2Fx/converse', '/v1/model/arn%3Aaws%2Fx/converse'],
    ['/p/acme/a...b/.well-known/x..', '/v1/a...b/.well-known/x..'],
    ['/p/acme//evil.example/x', '/v1//evil.example/x'],
    ['/p/acme/@evil.example', '/v1/@evil.example'],
    ['/p/acme/https://evil.example', '/v1/https://evil.example'],
    ['/p/acme/a?b=c&d=%2E%2e/#frag', '/v1/a?b=c&d=%2E%2e/'],
    ['/p/acme/a?key=K&alt=sse&API_KEY=x&%6bey=y&access%5Ftoken=z', '/v1/a?alt=sse'],
    ['/p/acme/', '/v1/'],
    ['/p/acme/v1', '/v1/'],
  ])('goes on as it was written: %s', (path, wanted) => {
    expect(upstreamOf(`http://localhost:8080${path}`, bases[0]!)).toBe(`https://api.acme.example${wanted}`)
  })
})

describe('a version in front of the path', () => {
  const never = () => false
  test.each([
    // It ends the base URL: it may be said again, with what stands before it.
    ['https://x.example/openai/v1', '/openai/v1/models', '/models'],
    ['https://x.example/openai/v1', '/v1/models', '/models'],
    ['https://x.example/openai/v1', '/models', '/models'],
    ['https://x.example/v1beta', '/v1beta/models/a:b', '/models/a:b'],
    ['https://x.example/v1beta', '/v1/models/a:b', '/v1/models/a:b'],
    ['https://x.example/v2', '/v2/chat', '/chat'],
    // The base URL has none: it is part of the vendor's own path.
    ['https://api.elevenlabs.example', '/v1/text-to-speech/voice', '/v1/text-to-speech/voice'],
    ['https://x.example/api', '/api/chat', '/api/chat'],
    ['https://x.example/v1/projects/p', '/v1/models', '/v1/models'],
  ])('below %s: %s is %s', (base, path, wanted) => {
    expect(belowBase(path, base, never)).toBe(wanted)
  })

  test('is left out where the vendor is known to serve the rest without it', () => {
    const speaks = (path: string) => path === '/chat/completions'
    expect(belowBase('/v1/chat/completions', 'https://api.perplexity.example', speaks)).toBe(
      '/chat/completions',
    )
    expect(belowBase('/v1/voices', 'https://api.perplexity.example', speaks)).toBe('/v1/voices')
  })
})

test('a path reads as the most generous server would read it', () => {
  expect(readingOf('/%66iles')).toBe('/files')
  expect(readingOf('//chat;a=b//completions;c/')).toBe('/chat/completions')
  expect(readingOf('/models/a%3AgenerateContent')).toBe('/models/a:generateContent')
  expect(readingOf('/')).toBe('/')
})
