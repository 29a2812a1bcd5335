import { describe, expect, test } from 'bun:test'
import { askTimes, EAST, tally, VLLM, WEST } from './fleet.ts'
import { type Ask, alternate, startTurns } from './turns.ts'

const sessionHeaders = [
  'x-session-id',
  'x-claude-code-session-id',
  'session-id',
  'x-litellm-session-id',
  'helicone-session-id',
  'agent-session-id',
]
const bodyFields: Readonly<Record<string, (id: string) => object>> = {
  prompt_cache_key: id => ({ prompt_cache_key: id }),
  'metadata.user_id': id => ({ metadata: { user_id: id } }),
  conversation: id => ({ conversation: id }),
  'conversation.id': id => ({ conversation: { id } }),
}

const system = { role: 'system', content: 'You are a careful assistant.' }
const user = (content: unknown) => ({ role: 'user', content })
const talk =
  (...messages: readonly unknown[]): Ask =>
  fleet =>
    fleet.ask('turns', { messages })
/** Those without a name get theirs in turn; of names, it is `a`, `b` and `c` that fall to three different ones. */
const EACH_ITS_OWN = [[EAST], [WEST], [VLLM]]

describe('R9: named sessions', () => {
  for (const name of sessionHeaders) {
    test(`R9 keeps a session that the header ${name} names on its target`, async () => {
      await using fleet = await startTurns()
      const sessions = ['a', 'b', 'c'].map(
        (id): Ask =>
          fleet =>
            fleet.ask('turns', {}, { [name]: id }),
      )
      expect(await alternate(fleet, sessions)).toEqual(EACH_ITS_OWN)
    })
  }

  for (const [name, extra] of Object.entries(bodyFields)) {
    test(`R9 keeps a session that the body names in ${name} on its target`, async () => {
      await using fleet = await startTurns()
      const sessions = ['a', 'b', 'c'].map(
        (id): Ask =>
          fleet =>
            fleet.ask('turns', { ...extra(id) }),
      )
      expect(await alternate(fleet, sessions)).toEqual(EACH_ITS_OWN)
    })
  }

  test('R9 believes a named session rather than the words of the conversation', async () => {
    await using fleet = await startTurns()
    const same = { messages: [user('Hello')] }
    const sessions = ['a', 'b', 'c'].map(
      (id): Ask =>
        fleet =>
          fleet.ask('turns', same, { 'x-session-id': id }),
    )
    expect(await alternate(fleet, sessions)).toEqual(EACH_ITS_OWN)
  })

  test('R9 takes blank or malformed names for none', async () => {
    await using fleet = await startTurns()
    const blanks: readonly object[] = [
      { prompt_cache_key: '' },
      { prompt_cache_key: 7 },
      { metadata: 'x' },
      { metadata: { user_id: null } },
      { metadata: null },
      { conversation: {} },
      { conversation: [] },
    ]
    for (const extra of blanks) {
      const served = await askTimes(fleet, 3, 'turns', { ...extra })
      expect([extra, tally(served)]).toEqual([extra, { [EAST]: 1, [WEST]: 1, [VLLM]: 1 }])
    }
  })
})

describe('R9: the opening of a conversation', () => {
  test('R9 keeps a growing conversation on its target, and tells others apart', async () => {
    await using fleet = await startTurns()
    const grow = (opening: string): Ask => {
      const messages: unknown[] = [system, user(opening)]
      return async fleet => {
        const said = await fleet.ask('turns', { messages: [...messages] })
        messages.push(said.body.choices[0].message, user(`And then, ${crypto.randomUUID()}?`))
        return said
      }
    }
    const served = await alternate(fleet, ['Tell me a story', 'Tell me a joke', 'Sing'].map(grow), 5)
    expect(served).toEqual(EACH_ITS_OWN)
  })

  test('R9 reads openings in parts, with pictures, and without any words of a user', async () => {
    await using fleet = await startTurns()
    const picture = (name: string) => user([{ type: 'image_url', image_url: { url: `https://x/${name}` } }])
    expect(await alternate(fleet, [talk(picture('a')), talk(picture('b')), talk(picture('c'))])).toEqual(
      EACH_ITS_OWN,
    )
    const odd = [[{ role: 'assistant', content: null }], ['text'], [{ content: { a: 1 } }]]
    expect(
      await alternate(
        fleet,
        odd.map(messages => talk(...messages)),
      ),
    ).toEqual(EACH_ITS_OWN)
  })

  test('R9 tells conversations apart that differ only behind long instructions', async () => {
    await using fleet = await startTurns()
    const long = (what: string) => ({ role: 'system', content: what.repeat(9000) })
    const openings = ['a', 'b', 'c'].map(text => talk(long('x'), long('y'), user(text)))
    expect(await alternate(fleet, openings)).toEqual(EACH_ITS_OWN)
    const questions = ['d', 'e', 'f'].map(text => talk(user('A long handbook. '.repeat(2000) + text)))
    expect(await alternate(fleet, questions)).toEqual(EACH_ITS_OWN)
  })

  test('R9 ties nothing together where there is nothing to go by', async () => {
    await using fleet = await startTurns()
    for (const messages of [[], undefined, 7])
      expect(new Set(await askTimes(fleet, 3, 'turns', { messages })).size).toBe(3)
  })
})

describe('R9: whose session', () => {
  test('R9 does not share a session between user paths', async () => {
    await using fleet = await startTurns()
    const sessions = ['/a', '/b', '/a/b', '/c'].map(
      (path): Ask =>
        fleet =>
          fleet.ask('turns', {}, { 'x-session-id': 'same', 'x-modelway-user-path': path }),
    )
    const served = await alternate(fleet, sessions)
    expect(served.map(targets => targets.length)).toEqual([1, 1, 1, 1])
    expect(new Set(served.flat()).size).toBeGreaterThan(1)
  })

  test('R9 does not share a session between redirects', async () => {
    await using fleet = await startTurns()
    const sources = ['turns', 'others', 'more', 'last']
    for (const source of sources.slice(1)) await fleet.redirect(source, [EAST, WEST, VLLM])
    const asks = sources.map(
      (model): Ask =>
        fleet =>
          fleet.ask(model, {}, { 'x-session-id': 'same' }),
    )
    const served = await alternate(fleet, asks)
    expect(served.map(targets => targets.length)).toEqual([1, 1, 1, 1])
    expect(new Set(served.flat()).size).toBeGreaterThan(1)
  })

  test('R9 session_affinity: false goes on taking turns', async () => {
    await using fleet = await startTurns({ session_affinity: false })
    const served = []
    for (let i = 0; i < 6; i++)
      served.push((await fleet.ask('turns', { messages: [user('Hi')] }, { 'x-session-id': 'a' })).served)
    expect(served).toEqual([EAST, WEST, VLLM, EAST, WEST, VLLM])
  })
})
