import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { definePlugin } from '../../src/contract/plugin.ts'
import type { JsonObject } from '../../src/types.ts'
import { failover, openStage, type Stage, speaker } from './puppets.ts'
import { asJson } from './samples.ts'
import { refusalOf } from './shapes.ts'

/** Forms on their way to a provider that takes them: what the client sent, with another model's name. */

let sent: FormData[] = []
let seen: JsonObject[] = []
let change: (body: JsonObject) => JsonObject = body => body
const guard = definePlugin({
  name: 'change',
  about: 'Changes what a test says.',
  setup: () => ({
    guard(body) {
      seen.push(body)
      return change(body)
    },
  }),
})
const takes = (name: string, status = 200) =>
  speaker(name, ['openai-image-edits', 'openai-transcriptions'], ({ body }) => {
    sent.push(body as FormData)
    return Response.json(status === 200 ? { text: 'Hello' } : { error: { message: 'Busy' } }, { status })
  })

const leadsToForms = (source: string) => ({ source, targets: [{ model: 'forms/theirs' }] })

let stage: Stage
beforeAll(async () => {
  stage = await openStage({
    providers: [takes('busy', 503), takes('forms')],
    extra: [guard],
    env: {
      VIRTUAL_MODELS: JSON.stringify(['mine', 'gpt-image-1'].map(leadsToForms)),
      UPLOAD_SIZE_LIMIT: '100K',
    },
  })
})
afterEach(() => {
  sent = []
  seen = []
  change = body => body
})
afterAll(() => stage[Symbol.asyncDispose]())

type Part = readonly [name: string, value: string | File]
const sound = new File([new Uint8Array([0, 1, 254, 255])], 'a b.wav', { type: 'audio/wave' })

/** What reached the provider, part by part. */
const parts = (form: FormData) =>
  Promise.all(
    ([...form] as unknown as Part[]).map(async ([name, value]) =>
      typeof value === 'string' ? [name, value] : [name, value.name, value.type, [...(await value.bytes())]],
    ),
  )
const file = ['file', 'a b.wav', 'audio/wave', [0, 1, 254, 255]]

async function send(given: readonly Part[], path = '/v1/audio/transcriptions') {
  const form = new FormData()
  for (const [name, value] of given) form.append(name, value as string)
  const response = await stage.send(path, { headers: {}, body: form })
  return { status: response.status, headers: response.headers, body: await response.text() }
}

describe('a form', () => {
  test('keeps its fields and files in order, and names the model of the target', async () => {
    const answer = await send([
      ['language', 'de'],
      ['file', sound],
      ['timestamp_granularities[]', 'word'],
      ['model', 'mine'],
      ['timestamp_granularities[]', 'segment'],
      ['unknown', 'Grüße 😀'],
    ])
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { text: 'Hello' }])
    expect(await parts(sent[0]!)).toEqual([
      ['language', 'de'],
      file,
      ['timestamp_granularities[]', 'word'],
      ['model', 'theirs'],
      ['timestamp_granularities[]', 'segment'],
      ['unknown', 'Grüße 😀'],
    ])
    expect(seen).toEqual([
      {
        language: 'de',
        model: 'mine',
        'timestamp_granularities[]': ['word', 'segment'],
        unknown: 'Grüße 😀',
      },
    ])
  })

  test('of any fields and files reaches the provider as it was', async () => {
    const name = fc.stringMatching(/^[a-z_]{1,5}(\[\])?$/).filter(name => !/^(model|file)$/.test(name))
    const text = fc.string().map(text => text.replace(/\r\n|\r|\n/g, ' '))
    const bytes = fc
      .uint8Array({ maxLength: 50 })
      .map(bytes => new File([bytes.slice()], 'f', { type: 'a/b' }))
    const any = fc.array(fc.tuple(name, fc.oneof(text, bytes)), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(any, any, async (before, behind) => {
        sent = []
        const all = (model: string): Part[] => [...before, ['model', model], ...behind]
        expect((await send(all('mine'))).status).toBe(200)
        const wanted = new FormData()
        for (const [key, value] of all('theirs')) wanted.append(key, value as string)
        expect(await parts(sent[0]!)).toEqual(await parts(wanted))
      }),
      { numRuns: 60 },
    )
  })

  test('names one model, in whatever letters it was spelled', async () => {
    await send([
      ['MODEL', 'other'],
      ['file', sound],
      ['model', 'mine'],
    ])
    expect(await parts(sent[0]!)).toEqual([['MODEL', 'theirs'], file])
  })

  test('without a usable model is refused', async () => {
    for (const given of [
      [['file', sound]],
      [
        ['model', 'mine'],
        ['model', 'other'],
      ],
      [['model', new File(['mine'], 'mine')]],
    ] as const)
      expect(refusalOf(await send(given as readonly Part[]))).toEqual([400, 'invalid_request'])
    expect(sent).toEqual([])
  })

  test('is sent again, whole, to the next target', async () => {
    const env = failover('auto', 'busy/one', 'forms/two')
    await using house = await openStage({ providers: [takes('busy', 503), takes('forms')], env })
    const form = new FormData()
    form.append('file', sound)
    form.append('model', 'auto')
    expect((await house.send('/v1/audio/transcriptions', { headers: {}, body: form })).status).toBe(200)
    expect(await Promise.all(sent.map(parts))).toEqual([
      [file, ['model', 'one']],
      [file, ['model', 'two']],
    ])
  })

  test('has its size limit, and has to be a form', async () => {
    const large = new File([new Uint8Array(101 * 1024)], 'a')
    const tooLarge = await send([
      ['model', 'mine'],
      ['file', large],
    ])
    expect(refusalOf(tooLarge)).toEqual([413, 'request_too_large'])
    const response = await stage.send('/v1/audio/transcriptions', asJson({ model: 'mine' }))
    expect(response.status).toBe(400)
    expect(sent).toEqual([])
  })
})

describe('a form that a guard has changed', () => {
  const given: readonly Part[] = [
    ['model', 'mine'],
    ['timestamp_granularities[]', 'word'],
    ['prompt', 'secret'],
    ['file', sound],
    ['timestamp_granularities[]', 'segment'],
  ]

  test('has the new value in the place of the old one, and new fields at its end', async () => {
    change = body => ({ ...body, prompt: 'hidden', user: 'someone' })
    expect((await send(given.slice(0, 4))).status).toBe(200)
    expect(await parts(sent[0]!)).toEqual([
      ['model', 'theirs'],
      ['timestamp_granularities[]', 'word'],
      ['prompt', 'hidden'],
      file,
      ['user', 'someone'],
    ])
  })

  test('keeps all values of a field that nobody touched', async () => {
    change = body => ({ ...body, prompt: 'hidden' })
    await send(given)
    expect(await parts(sent[0]!)).toEqual([
      ['model', 'theirs'],
      ['timestamp_granularities[]', 'word'],
      ['prompt', 'hidden'],
      file,
      ['timestamp_granularities[]', 'segment'],
    ])
  })

  test('has several values where the guard gave several', async () => {
    change = body => ({ ...body, tags: ['a', 'b'] })
    await send(given.slice(0, 1))
    expect(await parts(sent[0]!)).toEqual([
      ['model', 'theirs'],
      ['tags', 'a'],
      ['tags', 'b'],
    ])
  })

  test('lacks what the guard took out', async () => {
    change = ({ prompt: _, ...body }) => body
    await send(given)
    expect((await parts(sent[0]!)).map(([name]) => name)).toEqual([
      'model',
      'timestamp_granularities[]',
      'file',
      'timestamp_granularities[]',
    ])
  })

  test('by a language that fills in the model, keeps its other fields', async () => {
    const given: readonly Part[] = [
      ['image', sound],
      ['tags', 'a'],
      ['prompt', 'A tree'],
      ['tags', 'b'],
    ]
    expect((await send(given, '/v1/images/edits')).status).toBe(200)
    expect(await parts(sent[0]!)).toEqual([
      ['image', ...file.slice(1)],
      ['tags', 'a'],
      ['prompt', 'A tree'],
      ['tags', 'b'],
      ['model', 'theirs'],
    ])
  })
})
