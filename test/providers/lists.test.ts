import { describe, expect, test } from 'bun:test'
import { start, ways } from './vendors.ts'

/** The models that a vendor lists on these pages, and where each page was asked for. */
async function list(name: string, pages: readonly unknown[]) {
  const way = ways.find(way => way.name === name)!
  const [provider] = await start([way.plugin], way.environment({ secret: 'sk-1' }))
  const asked: string[] = []
  const models = await provider!.models!(async (url, headers) => {
    asked.push(url)
    expect(headers).toMatchObject({ [way.header!]: expect.stringContaining('sk-1') })
    return pages[asked.length - 1]
  })
  return { models, asked }
}

describe('the list of models', () => {
  test('of Anthropic comes in pages, with the day of each', async () => {
    const { models, asked } = await list('anthropic', [
      { data: [{ id: 'claude-a', created_at: '2026-01-02T00:00:00Z' }], has_more: true, last_id: 'claude-a' },
      { data: [{ id: 'claude-b', created_at: 'nonsense' }], has_more: false, last_id: 'claude-b' },
    ])
    expect(models).toEqual([
      { id: 'claude-a', created: Date.UTC(2026, 0, 2) / 1000, ownedBy: 'anthropic' },
      { id: 'claude-b', created: 0, ownedBy: 'anthropic' },
    ])
    expect(asked).toEqual([
      'https://api.anthropic.com/v1/models?limit=1000',
      'https://api.anthropic.com/v1/models?limit=1000&after_id=claude-a',
    ])
  })

  test('of Gemini has what can be called, by the names that calls use', async () => {
    const { models, asked } = await list('gemini', [
      {
        models: [
          { name: 'models/gemini-3-pro', supportedGenerationMethods: ['generateContent', 'countTokens'] },
          { name: 'models/gemini-live', supportedGenerationMethods: ['bidiGenerateContent'] },
          { name: 'models/odd' },
        ],
        nextPageToken: 'n',
      },
      { models: [{ name: 'models/gemini-embedding-001', supportedGenerationMethods: ['embedContent'] }] },
    ])
    expect(models.map(({ id }) => id)).toEqual(['gemini-3-pro', 'gemini-embedding-001'])
    expect(asked[1]).toEndWith('/v1beta/models?pageSize=1000&pageToken=n')
  })

  test('of Cohere is that of its version 1', async () => {
    const { models, asked } = await list('cohere', [
      { models: [{ name: 'command-a', endpoints: ['chat'] }], next_page_token: 't' },
      { models: [{ name: 'rerank-v4' }] },
    ])
    expect(models.map(({ id }) => id)).toEqual(['command-a', 'rerank-v4'])
    expect(asked).toEqual([
      'https://api.cohere.com/v1/models?page_size=1000',
      'https://api.cohere.com/v1/models?page_size=1000&page_token=t',
    ])
  })
})
