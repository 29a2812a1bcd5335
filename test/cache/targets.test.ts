import { describe, expect, test } from 'bun:test'
import { createMockProvider } from '../mock/provider.ts'
import { type Heard, hear, openCached } from './kit.ts'

/** A stored answer is always one of the target that would be asked. */

const servedBy = ({ headers }: Heard): string => headers.get('x-modelway-model')!

describe('the targets of a redirect', () => {
  test('have answers of their own: an A/B test stays one', async () => {
    await using cached = await openCached({
      env: {
        VIRTUAL_MODELS: JSON.stringify([
          {
            source: 'both',
            targets: [{ model: 'openai/one' }, { model: 'openai/two' }],
            session_affinity: false,
          },
        ]),
      },
    })
    const served: Record<string, string[]> = { one: [], two: [] }
    for (let i = 0; i < 8; i++) {
      const heard = await cached.chat({ model: 'both' })
      expect(JSON.parse(heard.text).model).toBe(servedBy(heard))
      served[servedBy(heard)]!.push(heard.verdict!)
    }
    expect(served).toEqual({ one: ['miss', 'hit', 'hit', 'hit'], two: ['miss', 'hit', 'hit', 'hit'] })
  })

  test('that are for some callers only: those get answers of theirs, and no others', async () => {
    await using cached = await openCached({
      env: {
        CACHE_SHARED_BY: 'all',
        VIRTUAL_MODELS: JSON.stringify([
          {
            source: 'tried',
            targets: [{ model: 'openai/one' }, { model: 'openai/two', user_paths: ['/beta'] }],
          },
        ]),
      },
    })
    const heard: string[] = []
    for (const path of ['/x', '/beta', '/y', '/beta/b']) {
      const answer = await cached.chat({ model: 'tried' }, { headers: { 'x-modelway-user-path': path } })
      heard.push(`${path} ${servedBy(answer)} ${answer.verdict}`)
    }
    expect(heard).toEqual(['/x one miss', '/beta two miss', '/y one hit', '/beta/b two hit'])
  })

  test('of which the first fails: the answer is that of whoever gave it', async () => {
    await using cached = await openCached({
      env: {
        VIRTUAL_MODELS: JSON.stringify([
          {
            source: 'safe',
            targets: [{ model: 'openai/one' }, { model: 'openai/two' }],
            strategy: 'failover',
            session_affinity: false,
          },
        ]),
      },
    })
    cached.house.mock.setPlan(({ json }) => (json?.model === 'one' ? { status: 500 } : undefined))
    const first = await cached.chat({ model: 'safe' })
    expect([servedBy(first), first.verdict]).toEqual(['two', 'miss'])
    expect((await cached.chat({ model: 'two' })).verdict).toBe('hit')
    cached.house.mock.reset()
    const second = await cached.chat({ model: 'safe' })
    expect([servedBy(second), second.verdict]).toEqual(['one', 'miss'])
  })

  test('that were put in the place of others: what was stored before is not theirs', async () => {
    await using cached = await openCached()
    const { admin } = cached.house.test
    await admin('PUT', '/admin/virtual-models', { source: 'smarter', target_model: 'openai/one' })
    await cached.chat({ model: 'smarter' })
    await admin('PUT', '/admin/virtual-models', { source: 'smarter', target_model: 'openai/two' })
    const heard = await cached.chat({ model: 'smarter' })
    expect([servedBy(heard), heard.verdict]).toEqual(['two', 'miss'])
  })

  test('of which one is not in CACHE_MODELS: its answers are not stored when it steps in', async () => {
    await using cached = await openCached({
      env: {
        CACHE_MODELS: 'openai/one',
        VIRTUAL_MODELS: JSON.stringify([
          {
            source: 'safe',
            targets: [{ model: 'openai/one' }, { model: 'openai/two' }],
            strategy: 'failover',
          },
        ]),
      },
    })
    cached.house.mock.setPlan(({ json }) => (json?.model === 'one' ? { status: 500 } : undefined))
    await cached.chat({ model: 'safe' })
    expect((await cached.house.test.admin('GET', '/admin/cache')).body.entries).toBe(0)
  })
})

test('in the same language the stored answer of a provider is given again byte for byte', async () => {
  const claude = createMockProvider({ models: ['claude'], tokens: 4 })
  await using cached = await openCached({
    env: { ANTHROPIC_API_KEY: 'sk-ant', ANTHROPIC_BASE_URL: claude.url, ANTHROPIC_MODELS: 'claude' },
  })
  for (const stream of [false, true]) {
    const body = {
      model: 'anthropic/claude',
      max_tokens: 50,
      messages: [{ role: 'user', content: 'Think' }],
      stream,
      mock_plan: { reasoning: 'Hm', proof: 'c2lnbmVk', toolCall: { name: 'look', arguments: { at: 'sea' } } },
    }
    const first = await hear(await cached.post('/v1/messages', body))
    const second = await hear(await cached.post('/v1/messages', body))
    expect([first.verdict, second.verdict]).toEqual(['miss', 'hit'])
    expect(first.text).toContain('c2lnbmVk')
    expect(second.text).toBe(first.text)
  }
  claude.stop()
})
