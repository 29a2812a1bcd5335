import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { topLevel } from '../../src/request/json.ts'
import { type House, openHouse } from './house.ts'
import { errorOf, refusalOf } from './shapes.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
beforeEach(() => house.mock.reset())
afterAll(() => house[Symbol.asyncDispose]())

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

const send = async (body: BodyInit, headers: Record<string, string> = {}): Promise<Answer> => {
  const response = await house.send(body, { headers })
  return { status: response.status, headers: response.headers, body: await response.text() }
}

/** The bytes that reached the provider. */
const arrived = async (body: BodyInit): Promise<string> => {
  const answer = await send(body)
  expect([body, answer.status]).toEqual([body, 200])
  return house.received().at(-1)!.body
}

const refused = async (body: BodyInit, headers?: Record<string, string>): Promise<string> => {
  const answer = await send(body, headers)
  expect(refusalOf(answer)).toEqual([400, 'invalid_request'])
  expect(house.received()).toEqual([])
  return errorOf(answer).message
}

describe('a body', () => {
  test('that is empty or blank is refused', async () => {
    for (const body of ['', ' ', '\r\n\t ', '\ufeff']) expect(await refused(body)).toContain('empty')
  })

  test('that is broken is refused with line and column', async () => {
    expect(await refused('{"model":"one",}')).toEndWith(
      'a field name in double quotes is expected at line 1, column 16',
    )
    expect(await refused('{\n  "model": "one"\n  "messages": []\n}')).toEndWith(
      '"," or "}" is expected at line 3, column 3',
    )
    expect(await refused('{"model":"one"')).toContain('it ends where')
    expect(await refused('{"model":"one"}{"model":"two"}')).toEndWith('line 1, column 16')
  })

  test('that is no object is refused, and named', async () => {
    for (const [body, noun] of [
      ['[]', 'an array'],
      ['null', 'null'],
      ['"model"', 'a string'],
      ['7', 'a number'],
      ['true', 'a boolean'],
    ] as const)
      expect(await refused(body)).toBe(`The body is ${noun}: send a JSON object`)
  })

  test('without a usable model is refused, and the field named', async () => {
    for (const model of [undefined, null, 7, '', '  ', ['one'], { id: 'one' }]) {
      const answer = await send(JSON.stringify({ model, messages: [] }))
      expect(refusalOf(answer)).toEqual([400, 'invalid_request'])
      expect(errorOf(answer).param).toBe('model')
    }
    expect(refusalOf(await send('{"MODEL":"one"}'))).toEqual([400, 'invalid_request'])
  })

  test('that nests 129 deep is refused with the place, 128 deep goes through', async () => {
    const nest = (depth: number) => `{"model":"one","x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
    expect(await refused(nest(129))).toBe('The body is nested deeper than 128 levels at line 1, column 147')
    expect(await arrived(nest(128))).toBe(nest(128))
  })

  test('that nests a million deep is refused quickly', async () => {
    const began = performance.now()
    expect(await refused('{"model":'.repeat(1_000_000))).toContain('nested deeper than 128 levels')
    expect(await refused('['.repeat(1_000_000))).toContain('nested deeper than 128 levels')
    expect(performance.now() - began).toBeLessThan(1000)
  })

  test('with keys of the prototype pollutes nothing, and arrives as it is', async () => {
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      const evil = `{"model":"one","${key}":{"polluted":true,"model":"two","prototype":{"polluted":true}},"stream":false}`
      expect(await arrived(evil)).toBe(evil)
      const asking = `{"model":"one","stream":true,"stream_options":{"${key}":{"polluted":true}}}`
      expect(await arrived(asking)).toContain(`"${key}":{"polluted":true}`)
      expect(({} as Record<string, unknown>).polluted).toBeUndefined()
      expect(({} as Record<string, unknown>).model).toBeUndefined()
    }
    expect(refusalOf(await send('{"__proto__":{"model":"one"}}'))).toEqual([400, 'invalid_request'])
  })

  test('of another content type is refused; JSON has several names', async () => {
    const body = '{"model":"one","messages":[]}'
    const others = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'json',
    ]
    for (const type of others)
      expect(await refused(body, { 'content-type': type })).toContain('content-type: application/json')
    for (const type of ['application/json', 'Application/JSON; charset=utf-8', 'application/vnd.api+json'])
      expect((await send(body, { 'content-type': type })).status).toBe(200)
  })

  test('that is not UTF-8 is refused, wherever it breaks', async () => {
    const text = Buffer.from('{"model":"one","user":"é€😀"}')
    for (let at = 23; at < text.length - 2; at++) {
      const broken = Buffer.concat([text.subarray(0, at), Buffer.from([0xff]), text.subarray(at + 1)])
      expect(await refused(broken)).toBe('The body is not valid UTF-8')
    }
    expect(await refused(Buffer.from('{"model":"one"}', 'utf16le'))).toMatch(/UTF-8|valid JSON/)
  })
})

describe('the bytes of a body', () => {
  test('arrive as they are: numbers, order, white space, escapes and unknown fields', async () => {
    const bodies = [
      '{"model":"one","n":1.0,"seed":12345678901234567890,"t":1e-7,"u":-0,"v":1E+400}',
      '{\r\n\t"z" : 1 ,\n"a":[ ],"model" : "one" , "unknown":{"deep":[1.10,{"b":2,"a":1}]}}\n\n',
      '{"model":"one","a":"\\u00e9\\ud83d\\ude00 é😀 \\/ \\u0000","b":"\\ud800 lone","c":"\\udc00"}',
      '{"1":1,"0":0,"model":"one","":"","a b":2}',
      `{"model":"one","long":"${'é'.repeat(40_000)}"}`,
    ]
    for (const body of bodies) expect(await arrived(body)).toBe(body)
  })

  test('of a name in another spelling change in the value of "model" only', async () => {
    expect(await arrived('{ "model" :\t" one " , "x":1.0}')).toBe('{ "model" :\t"one" , "x":1.0}')
    expect(await arrived('{"x":1.0,"model":"openai/two"}')).toBe('{"x":1.0,"model":"two"}')
  })

  test('change in nothing but the named fields, whatever else there is', async () => {
    const key = fc.constantFrom('a', 'Model', 'm0del', 'messages', 'mock', 'é', '__proto__', 'models')
    const field = fc.tuple(key, fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('', ' ', '\n\t'))
    await fc.assert(
      fc.asyncProperty(fc.array(field, { maxLength: 5 }), fc.nat(5), async (fields, at) => {
        const parts = fields.map(
          ([name, value, space]) => `${space}${JSON.stringify(name)}:${space}${JSON.stringify(value)}`,
        )
        parts.splice(at, 0, '"model":"openai/one"')
        const body = `{${parts.join(',')}}`
        const cut = (text: string) => {
          let rest = text
          for (const { key, start, end } of topLevel(text).toReversed())
            if (key.toLowerCase() === 'model') rest = rest.slice(0, start) + rest.slice(end)
          return rest
        }
        const seen = await arrived(body)
        expect(cut(seen)).toBe(cut(body))
        for (const { key, start, end } of topLevel(seen))
          if (key.toLowerCase() === 'model') expect(seen.slice(start, end)).toBe('"one"')
      }),
      { numRuns: 200 },
    )
  })
})

describe('a model that is named more than once', () => {
  test('is the last one for the gateway, and in every copy for the provider', async () => {
    expect(await arrived('{"model":"two","model":"openai/one"}')).toBe('{"model":"one","model":"one"}')
    expect(refusalOf(await send('{"model":"one","model":"hidden"}'))).toEqual([404, 'model_not_found'])
  })

  test('in other letters, or with escapes, is replaced as well', async () => {
    expect(await arrived('{"MODEL":"two","mod\\u0065l":"openai/one","Model":{"a":1},"mOdEl":null}')).toBe(
      '{"MODEL":"one","mod\\u0065l":"one","Model":"one","mOdEl":"one"}',
    )
    expect(refusalOf(await send('{"model":"one","\\u006dodel":"hidden"}'))).toEqual([404, 'model_not_found'])
  })

  test('below the top is none of our business', async () => {
    const body = '{"a":{"model":"x"},"model":"one","tools":[{"model":"y"}],"b":"{\\"model\\":\\"z\\"}"}'
    expect(await arrived(body)).toBe(body)
  })
})
