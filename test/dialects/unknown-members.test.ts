import { describe, expect, test } from 'bun:test'
import { toCall as fromMessages } from '../../plugins/dialects/anthropic-messages/call.ts'
import { toCall as fromGoogle } from '../../plugins/dialects/google-generate-content/call.ts'
import { toCall as fromChat } from '../../plugins/dialects/openai-chat/call.ts'
import { toCall as fromResponses } from '../../plugins/dialects/openai-responses/call.ts'
import type { Call, Destination } from '../../src/contract/translation.ts'
import type { JsonObject } from '../../src/types.ts'
import { openWorlds } from '../conformance/world.ts'
import { MASTER } from '../kit.ts'
import { fullBodies, placeOf, placesIn, withMember } from './full-bodies.ts'

const readers: Readonly<Record<keyof typeof fullBodies, (body: JsonObject, to: Destination) => Call>> = {
  chat: fromChat,
  messages: fromMessages,
  responses: fromResponses,
  google: fromGoogle,
}
const languages = ['chat', 'messages', 'responses', 'google'] as const
const destinations = [
  'anthropic',
  'google',
  'bedrock',
  'compatible',
  'openai',
  'cohere',
  'mistral',
  'xai',
  'new',
]
const to = (options: string): Destination => ({ type: options, options, model: 'm' })

describe.each(languages)('a member of %s that nobody knows', language => {
  const full = fullBodies[language]
  const toCall = readers[language]
  const places = placesIn(full)

  test('is named wherever it stands, at every provider', () => {
    expect(places.length).toBeGreaterThan(20)
    for (const where of destinations)
      for (const path of places) {
        const body = withMember(full, path, 'zz_unknown') as JsonObject
        const told = `${placeOf(path)}.zz_unknown: has no counterpart at this provider, and was left out`
        expect([where, toCall(body, to(where)).warnings]).toEqual([where, expect.arrayContaining([told])])
      }
  })

  test('is the only thing that is told of: what a language knows is never called unknown', () => {
    for (const where of destinations) {
      const lines = toCall(full as JsonObject, to(where)).warnings
      expect([where, lines.filter(line => line.includes('no counterpart') && !known(line))]).toEqual([
        where,
        [],
      ])
    }
  })

  test('is told of once for all elements of a list, by the first', () => {
    const body = { ...full, ...many[language] } as JsonObject
    const told = toCall(body, to('compatible')).warnings.filter(line => line.includes('zz_unknown'))
    expect(told).toEqual([expect.stringContaining('[0]')])
  })
})

/** Fields of their own reader. */
const known = (line: string): boolean =>
  /^(?:metadata\.user_id|text\.verbosity|tools\[\d+\]\.strict):/.test(line)

const spoken = Array.from({ length: 300 }, () => ({ role: 'user', content: 'Hi', zz_unknown: 1 }))
const many = {
  chat: { messages: spoken },
  messages: { messages: spoken },
  responses: { input: spoken },
  google: { contents: spoken.map(({ content: text, ...more }) => ({ ...more, parts: [{ text }] })) },
}

test('and where parameters are strict, the call is refused for it, by its place', async () => {
  await using worlds = await openWorlds({ env: { STRICT_PARAMETERS: 'true' } })
  const tools = [
    { type: 'function', function: { name: 'go', parameters: { type: 'object' }, zz_unknown: 1 } },
  ]
  const ask = (model: string) =>
    worlds.gateway.fetch('/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${MASTER}` },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }], tools }),
    })
  const refused = await ask('gemini/one')
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ error: { param: 'tools[0].function.zz_unknown' } })
  expect((await ask('openai/one')).status).toBe(200)
  expect(JSON.parse(worlds.mock.requests.at(-1)!.body).tools).toEqual(tools)
})

test.each(languages)('thousands of members that nobody knows keep nobody busy: %s', language => {
  const flood = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`zz_unknown_${i}`, 1]))
  const inside = { ...many[language], ...(language === 'messages' && { max_tokens: 9 }) }
  const list = Object.values(many[language])[0]!
  const [field] = Object.keys(many[language])
  const begun = performance.now()
  const { warnings } = readers[language](
    { ...inside, [field!]: [{ ...list[0], ...flood }], ...flood },
    to('google'),
  )
  expect(warnings.length).toBeLessThan(300)
  expect(performance.now() - begun).toBeLessThan(1500)
})

test('however much is left out, the header that tells it is one that clients can read', async () => {
  await using worlds = await openWorlds()
  const many = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`zz_unknown_${i}`, 1]))
  const response = await worlds.gateway.fetch('/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${MASTER}` },
    body: JSON.stringify({ model: 'gemini/one', messages: [{ role: 'user', content: 'Hi' }], ...many }),
  })
  const told = response.headers.get('x-modelway-warning')!
  expect(told.length).toBeLessThan(4300)
  expect(told).toMatch(/^zz_unknown_0: .*; and \d+ more$/)
})
