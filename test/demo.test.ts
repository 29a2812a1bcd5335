import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import OpenAI from 'openai'
import demo from '../plugins/demo/index.ts'
import groq from '../plugins/providers/groq.ts'
import type { Provider } from '../src/contract/provider.ts'
import { assemble } from '../src/registry.ts'
import { readPluginSettings } from './plugin-settings.ts'

const NOW = 1_780_000_000_000
const start = async (environment: Record<string, string> = {}) => {
  const plugins = [demo, groq]
  const house = await assemble(
    plugins,
    readPluginSettings(plugins, environment),
    () => ({ now: () => NOW }) as never,
  )
  return house.providers.all()
}
const provider: Provider = (await start()).get('demo')!

type Body = Record<string, unknown>
const call = async (body: unknown, signal = new AbortController().signal, model = 'parrot') => {
  const facts = {
    dialect: 'openai-chat',
    model,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: {},
    stream: false,
  }
  return (await provider.call(facts, signal)) as Response
}
/** The official client, with the demo in place of the network. */
const client = new OpenAI({
  apiKey: 'none',
  baseURL: 'http://demo.internal/v1',
  maxRetries: 0,
  fetch: (_url, init) =>
    call(String(init?.body), init?.signal ?? undefined, JSON.parse(String(init?.body)).model),
})
const user = (content: unknown) => ({ role: 'user', content })
const whole = async (body: Body) => (await call({ messages: [user('Hello')], ...body })).json()
const chunks = async (body: Body, model?: string) => {
  const text = await (
    await call({ messages: [user('Hello')], ...body, stream: true }, undefined, model)
  ).text()
  const events = text.split('\n\n').slice(0, -1)
  expect(events.every(event => event.startsWith('data: '))).toBe(true)
  expect(events.at(-1)).toBe('data: [DONE]')
  return events.slice(0, -1).map(event => JSON.parse(event.slice(6)))
}
const weather = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string' },
        unit: { enum: ['celsius', 'kelvin'] },
        days: { type: 'integer', minimum: 3 },
        note: { type: 'string' },
      },
      required: ['city', 'unit', 'days'],
    },
  },
}
const clock = { type: 'function' as const, function: { name: 'tell_time', parameters: {} } }

describe('the demo provider', () => {
  test('stands in until another provider is configured', async () => {
    expect([...(await start()).keys()]).toEqual(['demo'])
    expect([...(await start({ GROQ_API_KEY: 'gsk' })).keys()]).toEqual(['groq'])
    expect([...(await start({ GROQ_API_KEY: 'gsk', DEMO: 'true' })).keys()]).toEqual(['demo', 'groq'])
    expect([...(await start({ DEMO: 'false' })).keys()]).toEqual([])
    await expect(start({ DEMO: 'perhaps' })).rejects.toThrow('Cannot use DEMO: expected true or false')
  })

  test('lists its models without asking anybody', async () => {
    const models = await provider.models!(() => Promise.reject(new Error('no network')))
    expect(models.map(({ id }) => id)).toEqual(['parrot', 'storyteller'])
    expect(Object.isFrozen(provider)).toBe(true)
  })

  test('does not know other models', async () => {
    const response = await call({}, undefined, 'gpt')
    expect(response.status).toBe(404)
    expect((await response.json()).error.code).toBe('model_not_found')
  })
})

describe('a whole answer', () => {
  test('of the parrot repeats what the user said last', async () => {
    const answer = await whole({
      messages: [user('One'), { role: 'assistant', content: 'Two' }, user('Three')],
    })
    expect(answer).toMatchObject({
      object: 'chat.completion',
      created: NOW / 1000,
      model: 'parrot',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello! I am the demo parrot, and you said: "Three"' },
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 3, completion_tokens: 10, total_tokens: 13 },
    })
  })

  test('reads text out of parts', async () => {
    const parts = [
      { type: 'text', text: 'Look' },
      { type: 'image_url', image_url: { url: 'data:' } },
      { type: 'text', text: 'here' },
    ]
    expect((await whole({ messages: [user(parts)] })).choices[0].message.content).toContain('"Look here"')
  })

  test('is the same every time, but for its id', async () => {
    const [one, two] = [await whole({}), await whole({})]
    expect(one.id).not.toBe(two.id)
    expect({ ...one, id: '' }).toEqual({ ...two, id: '' })
  })

  test('repeats a long message in part', async () => {
    const { content } = (await whole({ messages: [user('😀'.repeat(100_000))] })).choices[0].message
    expect(content.length).toBeLessThan(5000)
    expect(content.isWellFormed()).toBe(true)
  })

  test('ends after as many words as allowed', async () => {
    for (const limit of [{ max_tokens: 3 }, { max_completion_tokens: 3, max_tokens: 9 }]) {
      const { choices, usage } = await whole(limit)
      expect(choices[0]).toMatchObject({ message: { content: 'Hello! I am' }, finish_reason: 'length' })
      expect(usage.completion_tokens).toBe(3)
    }
  })
})

describe('a stream', () => {
  test('has the role first, then the words, then the reason for its end', async () => {
    const all = await chunks({})
    const deltas = all.map(({ choices }) => choices[0].delta)
    expect(deltas[0]).toEqual({ role: 'assistant', content: '' })
    expect(deltas.at(-1)).toEqual({})
    expect(all.map(({ choices }) => choices[0].finish_reason)).toEqual([
      ...deltas.slice(1).map(() => null),
      'stop',
    ])
    expect(deltas.map(({ content }) => content ?? '').join('')).toBe(
      'Hello! I am the demo parrot, and you said: "Hello"',
    )
    expect(deltas.length).toBeGreaterThan(10)
    expect(new Set(all.map(({ id }) => id)).size).toBe(1)
    expect(all.some(chunk => 'usage' in chunk)).toBe(false)
  })

  test('ends with the usage where it was asked for', async () => {
    const all = await chunks({ stream_options: { include_usage: true } })
    expect(all.slice(0, -1).every(({ usage }) => usage === null)).toBe(true)
    expect(all.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 1, completion_tokens: 10, total_tokens: 11 },
    })
    expect(all.at(-1).usage).toEqual((await whole({})).usage)
  })

  test('of the storyteller takes its time and tells the same as the whole story', async () => {
    const began = performance.now()
    const all = await chunks({ max_tokens: 20 }, 'storyteller')
    expect(performance.now() - began).toBeGreaterThan(150)
    const text = all.map(({ choices }) => choices[0].delta.content ?? '').join('')
    expect(text).toStartWith('In a harbour town')
    const story = await (await call({}, undefined, 'storyteller')).json()
    expect(story.choices[0].message.content).toStartWith(text)
    expect(story.usage.completion_tokens).toBeGreaterThan(200)
  })

  test('breaks off when the signal says so', async () => {
    const abort = new AbortController()
    const reader = (await call({ stream: true }, abort.signal, 'storyteller')).body!.getReader()
    await reader.read()
    const reason = new Error('enough')
    setTimeout(() => abort.abort(reason), 25)
    const began = performance.now()
    const rest = (async () => {
      while (!(await reader.read()).done);
    })()
    await expect(rest).rejects.toBe(reason)
    await rest.catch(() => {})
    expect(performance.now() - began).toBeLessThan(200)
    await expect(call({}, abort.signal)).rejects.toBe(reason)
  })

  test('can be left early', async () => {
    const reader = (await call({ stream: true }, undefined, 'storyteller')).body!.getReader()
    await reader.read()
    await reader.cancel()
    expect((await reader.read()).done).toBe(true)
    await Bun.sleep(30)
  })
})

describe('a tool', () => {
  const ask = (body: Body) => whole({ tools: [clock, weather], ...body })

  test('is called when the message names it', async () => {
    for (const text of ['Call get_weather!', 'please get weather', 'Use `GET-WEATHER` now']) {
      const { choices, usage } = await ask({ messages: [user(text)] })
      expect(choices[0].finish_reason).toBe('tool_calls')
      expect(choices[0].message.content).toBeNull()
      expect(choices[0].message.tool_calls).toHaveLength(1)
      expect(choices[0].message.tool_calls[0]).toMatchObject({
        type: 'function',
        function: { name: 'get_weather' },
      })
      expect(usage.completion_tokens).toBeGreaterThan(0)
    }
    for (const text of ['Hello', 'forget weather', 'get_weathers']) {
      expect((await ask({ messages: [user(text)] })).choices[0].finish_reason).toBe('stop')
    }
  })

  test('is called when tool_choice demands it, and never when that forbids it', async () => {
    const named = async (tool_choice: unknown, text = 'Hello') =>
      (await ask({ tool_choice, messages: [user(text)] })).choices[0].message.tool_calls?.[0].function.name
    expect(await named('required')).toBe('tell_time')
    expect(await named('required', 'get_weather')).toBe('get_weather')
    expect(await named({ type: 'function', function: { name: 'get_weather' } })).toBe('get_weather')
    expect(await named({ type: 'function', function: { name: 'unknown' } })).toBeUndefined()
    expect(await named('auto')).toBeUndefined()
    expect(await named('none', 'get_weather')).toBeUndefined()
  })

  test('gets arguments for its required properties', async () => {
    const given = async (parameters: unknown) => {
      const tools = [{ type: 'function', function: { name: 'f', parameters } }]
      return JSON.parse(
        (await whole({ tools, tool_choice: 'required' })).choices[0].message.tool_calls[0].function.arguments,
      )
    }
    expect(await given(weather.function.parameters)).toEqual({ city: 'city', unit: 'celsius', days: 3 })
    expect(await given(undefined)).toEqual({})
    expect(
      await given({
        type: 'object',
        $defs: {
          Point: { type: 'object', required: ['x'], properties: { x: { type: 'number', maximum: -2 } } },
        },
        required: ['a', 'b', 'c', 'd', 'e', 'f', 'g', '__proto__'],
        properties: {
          a: { const: null },
          b: { type: ['null', 'boolean'] },
          c: { type: 'array', minItems: 2, items: { $ref: '#/$defs/Point' } },
          d: { anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }] },
          e: { type: 'constructor' },
          f: { type: '__proto__' },
        },
      }),
    ).toEqual({
      a: null,
      b: true,
      c: [{ x: -2 }, { x: -2 }],
      d: '2026-01-01',
      e: null,
      f: null,
      g: 'g',
      ['__proto__']: '__proto__',
    })
  })

  test('with a schema that refers to itself gets an end', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `p${i}`)
    const tree = {
      type: 'object',
      required: names,
      properties: Object.fromEntries(names.map(name => [name, { $ref: '#' }])),
    }
    const list = { type: 'array', minItems: 10, items: { type: 'array', minItems: 10, items: { $ref: '#' } } }
    for (const parameters of [tree, list, { $ref: '#' }]) {
      const tools = [{ type: 'function', function: { name: 'f', parameters } }]
      const began = performance.now()
      const { choices } = await whole({ tools, tool_choice: 'required' })
      expect(choices[0].finish_reason).toBe('tool_calls')
      expect(performance.now() - began).toBeLessThan(200)
    }
  })

  test('is heard: its result ends up in the answer', async () => {
    const messages = [
      user('get_weather'),
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: '18 degrees' },
      { role: 'tool', tool_call_id: 'c2', content: [{ type: 'text', text: 'noon' }] },
    ]
    for (const tool_choice of ['auto', 'required']) {
      const [choice] = (await ask({ messages, tool_choice })).choices
      expect(choice.finish_reason).toBe('stop')
      expect(choice.message.content).toBe('The tool "get_weather" says: 18 degrees\nThe tool says: noon')
    }
  })

  test('is called in a stream too', async () => {
    const all = await chunks({ tools: [weather], tool_choice: 'required' })
    const calls = all.flatMap(({ choices }) => choices[0].delta.tool_calls ?? [])
    expect(calls[0]).toEqual({
      index: 0,
      id: 'call_demo_1',
      type: 'function',
      function: { name: 'get_weather', arguments: '' },
    })
    expect(calls.length).toBeGreaterThan(2)
    expect(JSON.parse(calls.map(part => part.function.arguments).join(''))).toEqual({
      city: 'city',
      unit: 'celsius',
      days: 3,
    })
    expect(all.at(-1).choices[0].finish_reason).toBe('tool_calls')
  })
})

describe("OpenAI's own client", () => {
  const messages = [{ role: 'user' as const, content: 'get_weather' }]

  test('understands an answer', async () => {
    const answer = await client.chat.completions.create({ model: 'parrot', messages })
    expect(answer.choices[0]?.message.content).toContain('get_weather')
  })

  test('puts a stream together', async () => {
    const stream = client.chat.completions.stream({
      model: 'parrot',
      messages,
      stream_options: { include_usage: true },
    })
    expect(await stream.finalContent()).toContain('get_weather')
    expect((await stream.totalUsage()).total_tokens).toBe(11)
  })

  test('runs a tool and hands its result back', async () => {
    const tool = {
      ...weather.function,
      function: () => 'sunshine',
      parse: JSON.parse,
      description: 'The weather',
    }
    const run = client.chat.completions.runTools({
      model: 'parrot',
      messages,
      stream: true,
      tools: [{ type: 'function', function: tool }],
    })
    expect(await run.finalContent()).toBe('The tool "get_weather" says: sunshine')
  })
})

describe('any input', () => {
  const strange = fc.letrec(tie => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(
        'user',
        'tool',
        'function',
        'required',
        '__proto__',
        'constructor',
        'object',
        'array',
        '',
        ' a b ',
        '\ud800',
      ),
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(
        fc.constantFrom(
          'role',
          'content',
          'text',
          'type',
          'tool_calls',
          'tool_call_id',
          'id',
          'function',
          'name',
          'parameters',
          '__proto__',
          'properties',
          'required',
          'items',
          '$ref',
          'anyOf',
          'enum',
          'minItems',
          'const',
        ),
        tie('value'),
        { maxKeys: 6 },
      ),
    ),
  })).value
  const field = (...given: unknown[]) => fc.oneof(strange, fc.constantFrom(...given))
  const body = fc.record(
    {
      messages: field([user('f')], [user(null)]),
      tools: fc.oneof(
        strange,
        strange.map(parameters => [{ type: 'function', function: { name: 'f', parameters } }]),
      ),
      tool_choice: field('auto', 'required', 'none'),
      stream: fc.boolean(),
      stream_options: field({ include_usage: true }),
      max_tokens: field(1, -1, 0.5, 1e9),
    },
    { requiredKeys: [] },
  )

  test('gets a well-formed answer', async () => {
    await fc.assert(
      fc.asyncProperty(body, async given => {
        const response = await call(given)
        expect(response.status).toBe(200)
        if (given.stream === true) return expect(await response.text()).toEndWith('data: [DONE]\n\n')
        const { choices, usage } = await response.json()
        const [{ message, finish_reason }] = choices
        expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens)
        if (finish_reason !== 'tool_calls') return expect(typeof message.content).toBe('string')
        expect(JSON.parse(message.tool_calls[0].function.arguments)).toBeObject()
      }),
      { numRuns: 500 },
    )
  })

  test('says the same in a stream as in one piece', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.option(fc.nat(20), { nil: undefined }),
        async (text, max_tokens) => {
          const given = { messages: [user(text)], max_tokens }
          const told = (await chunks(given)).map(({ choices }) => choices[0].delta.content ?? '').join('')
          expect(told).toBe((await whole(given)).choices[0].message.content)
        },
      ),
    )
  })

  test('that is not even JSON gets an answer', async () => {
    for (const text of ['', '{', 'null', '[]', '"x"']) expect((await call(text)).status).toBe(200)
  })
})
