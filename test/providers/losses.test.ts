import { describe, expect, test } from 'bun:test'
import { options } from './recorded.ts'
import { start, ways } from './vendors.ts'

/**
 * What packages lose, as the docstrings of the vendors say. When one of these fails, a package has learned something:
 * then the docstring, and what works around it, can go.
 */
async function ask(name: string, answer: unknown, given = {}) {
  const way = ways.find(way => way.name === name)!
  const fetch = async () => Response.json(answer)
  const [provider] = await start([way.plugin], way.environment({ secret: 'k' }), { fetch })
  const model = await provider!.offers!.language!('m')
  return model.doGenerate({ ...options, ...given })
}

describe('measured losses', () => {
  test('anthropic: what was written to the cache for an hour is not told apart, but by the raw usage', async () => {
    const usage = {
      input_tokens: 1,
      output_tokens: 1,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
    }
    const answer = {
      type: 'message',
      id: 'a',
      model: 'm',
      role: 'assistant',
      content: [],
      stop_reason: 'end_turn',
    }
    const told = (await ask('anthropic', { ...answer, usage })).usage
    expect(told.inputTokens).toEqual({ total: 31, noCache: 1, cacheRead: 0, cacheWrite: 30 })
    expect(told.raw).toMatchObject({ cache_creation: { ephemeral_1h_input_tokens: 20 } })
  })

  test('bedrock: the same', async () => {
    const usage = {
      inputTokens: 1,
      outputTokens: 1,
      totalTokens: 32,
      cacheWriteInputTokens: 30,
      cacheDetails: [{ ttl: '1h', inputTokens: 20 }],
    }
    const output = { message: { role: 'assistant', content: [{ text: 'a' }] } }
    const told = (await ask('bedrock', { output, stopReason: 'end_turn', usage, metrics: { latencyMs: 1 } }))
      .usage
    expect(told.inputTokens).toEqual({ total: 31, noCache: 1, cacheRead: 0, cacheWrite: 30 })
    expect(told.raw).toMatchObject({ cacheDetails: [{ ttl: '1h', inputTokens: 20 }] })
  })

  test('cohere: what was read from the cache is counted with all other input', async () => {
    const usage = { tokens: { input_tokens: 50, output_tokens: 1 }, cached_tokens: 40 }
    const message = { role: 'assistant', content: [{ type: 'text', text: 'a' }] }
    const told = (await ask('cohere', { generation_id: 'a', message, finish_reason: 'COMPLETE', usage }))
      .usage
    expect(told.inputTokens).toMatchObject({ total: 50, noCache: 50, cacheRead: undefined })
    expect(told.raw).toMatchObject({ cached_tokens: 40 })
  })

  test('xai: stop sequences and penalties, each with a warning', async () => {
    const content = [{ type: 'output_text', text: 'a', annotations: [] }]
    const output = [{ type: 'message', id: 'm', role: 'assistant', status: 'completed', content }]
    const answer = {
      id: 'r',
      object: 'response',
      created_at: 1,
      model: 'm',
      status: 'completed',
      output,
      usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
    }
    const given = { stopSequences: ['x'], presencePenalty: 1, frequencyPenalty: 1 }
    const { warnings } = await ask('xai', answer, given)
    expect(warnings.map(warning => 'feature' in warning && warning.feature).sort()).toEqual([
      'frequencyPenalty',
      'presencePenalty',
      'stopSequences',
    ])
  })
})
