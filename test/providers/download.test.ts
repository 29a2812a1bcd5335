import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Refusal } from '../../src/errors.ts'
import { createDownload, type DownloadOptions } from '../../src/translate/download.ts'
import { isAsWanted, mediaTypeOf } from '../../src/translate/media-type.ts'

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3])
const PUBLIC = '93.184.215.14'
const image = () => new Response(PNG, { headers: { 'content-type': 'image/png' } })

/** A download that opens no socket, with a record of what it would have dialled. */
function create(
  options: DownloadOptions & { readonly answer?: (url: URL) => Response | Promise<Response> } = {},
) {
  const dialled: string[] = []
  const { answer = image, ...rest } = options
  const download = createDownload({
    resolve: async () => [PUBLIC],
    dial: async (url, address) => {
      dialled.push(`${address} ${url.href}`)
      return answer(url)
    },
    ...rest,
  })
  const refusal = async (url: string, given = {}): Promise<Refusal> =>
    download(url, given).then(
      () => {
        throw new Error(`"${url}" was fetched`)
      },
      (error: Refusal) => error,
    )
  return { download, refusal, dialled }
}

describe('URLs (H-20, H-22, H-24)', () => {
  const refused = [
    ...[
      'file:///etc/passwd',
      'data:image/png;base64,AAAA',
      's3://bucket/key',
      'ftp://example.com/a',
      'gopher://x',
    ],
    ...[
      'blob:https://example.com/1',
      'unix:/run/x.sock',
      'javascript:alert(1)',
      'about:blank',
      '//example.com/a',
    ],
    ...[
      '',
      'example.com/a.png',
      'http://',
      'http://[::1',
      'https://user@example.com/',
      'https://u:p@example.com/',
    ],
    ...['http://127.0.0.1/', 'http://127.1/', 'http://0/', 'http://0.0.0.0:8080/', 'http://2130706433/'],
    ...[
      'http://0x7f000001/',
      'http://0x7f.1/',
      'http://0177.0.0.1/',
      'http://017700000001/',
      'http://127.0.0.1./',
    ],
    ...[
      'http://１２７.0.0.1/',
      'http://127。0。0。1/',
      'http://①②⑦.0.0.1/',
      'http://127.0.0.1\\@example.com/',
    ],
    ...['http://example.com@127.0.0.1/', 'http:/127.0.0.1/', 'http:127.0.0.1', 'ht\ttp://127.0.\n0.1/'],
    ...['http://169.254.169.254/latest/meta-data', 'http://[fd00:ec2::254]/', 'http://[::ffff:127.0.0.1]/'],
    ...[
      'http://[::ffff:7f00:1]/',
      'http://[0:0:0:0:0:ffff:a9fe:a9fe]/',
      'http://[::1]/',
      'http://[fe80::1]/',
    ],
    ...['http://10.1.2.3/', 'http://192.168.0.1/', 'http://172.20.0.1/', 'http://100.64.1.1/'],
  ]
  test.each(refused)('%j opens no socket', async url => {
    const { refusal, dialled } = create()
    expect(await refusal(url)).toMatchObject({ name: 'Refusal', code: 'invalid_request', status: 400 })
    expect(dialled).toEqual([])
  })

  const names = [
    ['localhost', ['127.0.0.1']],
    ['localhost.', ['::1']],
    ['localtest.me', ['127.0.0.1']],
    ['metadata.google.internal', ['169.254.169.254']],
    ['both.example', [PUBLIC, '10.0.0.1']],
    ['six.example', [PUBLIC, 'fd00::1']],
    ['mapped.example', ['::ffff:93.184.215.14']],
    ['nobody.example', []],
  ] as const
  test.each(names)('the name %s (%j) opens no socket', async (name, addresses) => {
    const { refusal, dialled } = create({ resolve: async () => addresses })
    const { message } = await refusal(`https://${name}/a.png?token=hunter2`)
    expect(message).toBe(`Cannot fetch "https://${name}/a.png": its host is not known on the public internet`)
    expect(dialled).toEqual([])
  })

  test('a name that does not exist reads like one that leads inside', async () => {
    const { refusal } = create({ resolve: async () => Promise.reject(new Error('ENOTFOUND')) })
    expect((await refusal('https://x.example/')).message).toEndWith(
      'its host is not known on the public internet',
    )
  })

  test('whatever the text, only a checked public address is dialled', async () => {
    const part = fc.constantFrom(
      ...[
        'http:',
        'https:',
        '//',
        '/',
        '\\',
        '@',
        ':',
        '#',
        '?',
        '.',
        '。',
        '%2f',
        '%00',
        '\t',
        ' ',
        '[',
        ']',
      ],
      ...[
        '127.0.0.1',
        'localhost',
        'example.com',
        '0x7f',
        '2130706433',
        '::1',
        '::ffff:7f00:1',
        '10.0.0.1',
        ':80',
      ],
    )
    const resolve = async (host: string) => (host === 'example.com' ? [PUBLIC] : ['127.0.0.1'])
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async parts => {
        const { download, dialled } = create({ resolve })
        await download(parts.join('')).catch(error => expect(error.code).toBe('invalid_request'))
        for (const line of dialled) expect(line).toStartWith(`${PUBLIC} http`)
      }),
      { numRuns: 20_000 },
    )
  })

  test('messages show neither query nor credentials', async () => {
    const { refusal } = create({ answer: () => new Response('', { status: 404 }) })
    expect((await refusal('https://example.com/a.png?sig=hunter2#x')).message).toBe(
      'Cannot fetch "https://example.com/a.png": its server answers with status 404',
    )
    expect((await refusal('https://u:hunter2@example.com/')).message).not.toContain('hunter2')
  })
})

describe('names that change their mind (H-23)', () => {
  test('are looked up once, and what was checked is what is dialled', async () => {
    let times = 0
    const resolve = async () => (times++ === 0 ? [PUBLIC] : ['127.0.0.1'])
    const { download, dialled } = create({ resolve })
    await download('https://rebind.example/a.png')
    expect(times).toBe(1)
    expect(dialled).toEqual([`${PUBLIC} https://rebind.example/a.png`])
  })

  test('redirects are held to the same, hop by hop', async () => {
    const to = (location: string) => () => new Response('', { status: 302, headers: { location } })
    for (const inside of ['http://127.0.0.1/', 'http://[::1]/', '//10.0.0.1/x', 'file:///etc/passwd']) {
      const { refusal, dialled } = create({ answer: to(inside) })
      expect(await refusal('https://example.com/a')).toMatchObject({ code: 'invalid_request' })
      expect(dialled).toHaveLength(1)
    }
    const turned = create({
      answer: to('https://inside.example/'),
      resolve: async host => (host === 'example.com' ? [PUBLIC] : ['10.0.0.1']),
    })
    await turned.refusal('https://example.com/a')
    expect(turned.dialled).toHaveLength(1)
  })

  test('three redirects are followed, relative ones too; the fourth is not', async () => {
    const hops = (count: number) =>
      create({
        answer: url => {
          const at = Number(url.searchParams.get('n') ?? 0)
          return at === count
            ? image()
            : new Response('', { status: 307, headers: { location: `?n=${at + 1}` } })
        },
      })
    expect((await hops(3).download('https://example.com/a')).mediaType).toBe('image/png')
    expect((await hops(4).refusal('https://example.com/a')).message).toEndWith(
      'it is redirected more than 3 times',
    )
  })

  test('other addresses of the name are tried when one does not answer', async () => {
    const tried: string[] = []
    const { download } = create({
      resolve: async () => ['2606:4700::1', PUBLIC],
      dial: async (_, address) => {
        tried.push(address)
        if (address.includes(':')) throw new Error('ENETUNREACH')
        return image()
      },
    })
    await download('https://example.com/')
    expect(tried).toEqual(['2606:4700::1', PUBLIC])
  })
})

describe('bounds', () => {
  test('a file that says that it is too large is not read', async () => {
    let wasRead = false
    const body = new ReadableStream(
      {
        pull(controller) {
          wasRead = true
          controller.enqueue(new Uint8Array(10))
        },
      },
      { highWaterMark: 0 },
    )
    const headers = { 'content-type': 'image/png', 'content-length': '3000000' }
    const { refusal } = create({ limit: 2 * 1024 * 1024, answer: () => new Response(body, { headers }) })
    expect((await refusal('https://example.com/')).message).toEndWith('it has more than 2 MB')
    expect(wasRead).toBe(false)
  })

  test('one that does not say it is read to the limit and no further', async () => {
    let sent = 0
    const body = () =>
      new ReadableStream({
        pull(controller) {
          sent += 65_536
          controller.enqueue(new Uint8Array(65_536))
        },
      })
    const { refusal } = create({
      limit: 1024 * 1024,
      answer: () => new Response(body(), { headers: { 'content-type': 'image/png' } }),
    })
    expect((await refusal('https://example.com/')).message).toEndWith('it has more than 1 MB')
    expect(sent).toBeLessThan(2 * 1024 * 1024)
  })

  test('time is short for all of it together: look-up, answer and body', async () => {
    const never = new Promise<never>(() => {})
    const slow = new ReadableStream({ pull: () => never })
    const cases: DownloadOptions[] = [
      { resolve: () => never },
      { dial: async (_url, _address, init) => waitFor(init!.signal as AbortSignal) },
      { dial: async (_url, _address, init) => new Response(stopWith(slow, init!.signal as AbortSignal)) },
    ]
    for (const options of cases) {
      const { refusal } = create({ ...options, timeout: 20 })
      expect((await refusal('https://example.com/')).message).toEndWith('it takes longer than 0.02 s')
    }
  })

  test('a caller that goes away ends it with its own reason', async () => {
    const gone = new AbortController()
    const { download } = create({ resolve: () => new Promise(() => {}) })
    const running = download('https://example.com/', { signal: gone.signal })
    gone.abort(new Error('gone'))
    expect(await running.catch(error => error.message)).toBe('gone')
    expect(
      await download('https://example.com/', { signal: gone.signal }).catch(error => error.message),
    ).toBe('gone')
  })

  function waitFor(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  }
  function stopWith(stream: ReadableStream, signal: AbortSignal): ReadableStream {
    const reader = stream.getReader()
    return new ReadableStream({ pull: () => Promise.race([reader.read().then(() => {}), waitFor(signal)]) })
  }
})

describe('media types', () => {
  test.each([
    ['image/png', 'image/png'],
    ['Image/PNG; charset=x', 'image/png'],
    ['image/jpg', 'image/jpeg'],
    ['application/pdf', 'application/pdf'],
    ['text/html; charset=utf-8', 'text/html'],
    ['application/octet-stream', 'image/png'],
    ['', 'image/png'],
    [null, 'image/png'],
    ['application/zip', undefined],
    ['application/x-msdownload', undefined],
    ['nonsense', undefined],
  ])('%j is %j', (said, found) => expect(mediaTypeOf(said, PNG)).toBe(found as never))

  test('that nobody tells and that cannot be seen are refused', async () => {
    const { refusal } = create({ answer: () => new Response(new Uint8Array([1, 2, 3])) })
    expect((await refusal('https://example.com/')).message).toEndWith('it is no file that a model can read')
  })

  test.each([
    ['image/*', 'image/png', true],
    ['image', 'image/png', true],
    ['image/jpeg', 'image/png', true],
    ['image/*', 'text/html', false],
    ['audio/wav', 'video/mp4', false],
    ['application/pdf', 'text/html', false],
    ['application/pdf', 'application/pdf', true],
    ['text/plain', 'text/html', true],
    ['*/*', 'text/html', true],
  ] as const)('where %s is wanted, %s is right: %j', (wanted, found, isRight) =>
    expect(isAsWanted(wanted, found)).toBe(isRight),
  )
})
