import { describe, expect, test } from 'bun:test'
import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4Prompt } from '@ai-sdk/provider'
import { refuse } from '../../src/errors.ts'
import type { Download } from '../../src/translate/download.ts'
import { withDownloads } from '../../src/translate/with-downloads.ts'

const DATA = Uint8Array.from([1, 2, 3])

/** A model that keeps what it was asked, and a download that keeps what it was asked for. */
function create(
  supportedUrls: LanguageModelV4['supportedUrls'],
  { mediaType = 'image/png', ...options }: { mediaType?: string; readsToolUrls?: boolean } = {},
) {
  const asked: LanguageModelV4CallOptions[] = []
  const fetched: string[] = []
  const model: LanguageModelV4 = {
    specificationVersion: 'v4',
    provider: 'test',
    modelId: 'm',
    supportedUrls,
    doGenerate: async options => {
      asked.push(options)
      return { content: [] } as never
    },
    doStream: async options => {
      asked.push(options)
      return { stream: new ReadableStream() }
    },
  }
  const download: Download = async url => {
    fetched.push(url)
    if (url.includes('inside')) refuse('invalid_request', `Cannot fetch "${url}"`)
    return { data: DATA, mediaType }
  }
  return { model: withDownloads(model, download, options), asked, fetched }
}

const file = (url: string, mediaType = 'image/*') =>
  ({ type: 'file', mediaType, data: { type: 'url', url: new URL(url) } }) as const
const user = (...content: ReturnType<typeof file>[]): LanguageModelV4Prompt => [{ role: 'user', content }]
const got = { type: 'data', data: DATA }

describe('withDownloads()', () => {
  test('puts data in the place of URLs that the model does not take, wherever they stand', async () => {
    const { model, asked, fetched } = create({})
    const prompt: LanguageModelV4Prompt = [
      { role: 'system', content: 'Be brief.' },
      ...user(file('https://a.example/1.png')),
      { role: 'assistant', content: [file('https://a.example/2.png')] },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'c',
            toolName: 't',
            output: {
              type: 'content',
              value: [{ type: 'text', text: 'x' }, file('https://a.example/3.png')],
            },
          },
        ],
      },
    ]
    await model.doGenerate({ prompt, temperature: 0.5 })
    await model.doStream({ prompt })
    const image = { type: 'file', mediaType: 'image/png', data: got }
    for (const { prompt: sent } of asked)
      expect(sent as unknown).toEqual([
        prompt[0],
        { role: 'user', content: [image] },
        { role: 'assistant', content: [image] },
        {
          role: 'tool',
          content: [
            {
              type: 'tool-result',
              toolCallId: 'c',
              toolName: 't',
              output: { type: 'content', value: [{ type: 'text', text: 'x' }, image] },
            },
          ],
        },
      ])
    expect(asked[0]?.temperature).toBe(0.5)
    expect(fetched.sort()).toEqual([1, 1, 2, 2, 3, 3].map(n => `https://a.example/${n}.png`))
  })

  test('hands on the same options where nothing has to be fetched', async () => {
    const { model, asked, fetched } = create({ 'image/*': [/^https:/] })
    const prompts: LanguageModelV4Prompt[] = [
      [{ role: 'user', content: [{ type: 'text', text: 'see https://a.example/1.png' }] }],
      user(file('https://a.example/1.png')),
      [
        {
          role: 'user',
          content: [{ type: 'file', mediaType: 'image/png', data: { type: 'data', data: DATA } }],
        },
      ],
      user(file('s3://bucket/key')),
    ]
    for (const prompt of prompts) {
      const options = { prompt }
      await model.doGenerate(options)
      expect(asked.at(-1)).toBe(options)
    }
    expect(fetched).toEqual([])
  })

  test.each([
    [{ 'image/*': [/^https:/] }, 'image/png', false],
    [{ 'image/*': [/^https:/] }, 'image', false],
    [{ 'image/*': [/^https:/] }, 'IMAGE/*', false],
    [{ 'image/png': [/^https:/] }, 'image/*', true],
    [{ 'application/pdf': [/^https:/] }, 'image/png', true],
    [{ '*': [/^https:/] }, 'image/png', false],
    [{ '*/*': [/^https:/g] }, 'image/png', false],
    [{ 'image/*': [/^http:/] }, 'image/png', true],
    [Promise.resolve({ 'image/*': [/^https:/] }), 'image/png', false],
  ] as const)('%j takes %s: fetched here %j', async (supported, mediaType, isFetched) => {
    const { model, fetched } = create(supported as unknown as LanguageModelV4['supportedUrls'])
    await model.doGenerate({ prompt: user(file('https://a.example/1.png', mediaType)) })
    expect(fetched).toHaveLength(isFetched ? 1 : 0)
  })

  test('fetches a file that is named twice once, and those of tools where the package cannot', async () => {
    const { model, fetched } = create({ '*': [/^https:/] }, { readsToolUrls: false })
    const value = [file('https://a.example/1.png'), file('https://a.example/1.png')]
    const output = { type: 'content' as const, value }
    await model.doGenerate({
      prompt: [
        ...user(file('https://a.example/2.png')),
        { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'c', toolName: 't', output }] },
      ],
    })
    expect(fetched).toEqual(['https://a.example/1.png'])
  })

  test('asks no model when a file cannot be had, or is something else', async () => {
    const { model, asked } = create({}, { mediaType: 'text/html' })
    for (const url of ['https://inside.example/', 'https://a.example/login?next=hunter2']) {
      const error = await Promise.resolve(model.doGenerate({ prompt: user(file(url)) })).catch(error => error)
      expect(error).toMatchObject({ code: 'invalid_request', status: 400 })
      expect(error.message).toContain(url.split('?')[0])
      expect(error.message).not.toContain('hunter2')
    }
    expect(asked).toEqual([])
  })

  test('fetches a bounded number of files, a bounded number at once', async () => {
    let running = 0
    let most = 0
    const download: Download = async () => {
      most = Math.max(most, ++running)
      await Bun.sleep(1)
      running--
      return { data: DATA, mediaType: 'image/png' }
    }
    const model = withDownloads({ supportedUrls: {}, doGenerate: async () => ({}) } as never, download)
    const many = (count: number) =>
      user(...Array.from({ length: count }, (_, n) => file(`https://a.example/${n}.png`)))
    await model.doGenerate({ prompt: many(20) })
    expect(most).toBe(4)
    const error = await Promise.resolve(model.doGenerate({ prompt: many(21) })).catch(error => error)
    expect(error.message).toBe('The request names 21 files by URL: at most 20 are fetched')
  })

  test('counts the bytes of all files together', async () => {
    const limits: (number | undefined)[] = []
    const download: Download = async (_, options) => {
      limits.push(options?.limit)
      return { data: { length: 20 * 1024 * 1024 } as never, mediaType: 'image/png' }
    }
    const model = withDownloads({ supportedUrls: {}, doGenerate: async () => ({}) } as never, download)
    const urls = Array.from({ length: 12 }, (_, n) => file(`https://a.example/${n}.png`))
    const error = await Promise.resolve(model.doGenerate({ prompt: user(...urls) })).catch(error => error)
    expect(error.message).toBe('The files that the request names have more than 50 MB')
    expect(limits.length).toBeLessThan(9)
    expect(Math.min(...limits.map(Number))).toBeLessThan(50 * 1024 * 1024)
  })
})
