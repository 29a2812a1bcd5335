import { describe, expect, test } from 'bun:test'
import { until } from '../kit.ts'
import { openCached } from './kit.ts'

/** What CACHE_MODELS names, and nobody has. */

const told = (logs: readonly Record<string, unknown>[]) =>
  logs.filter(({ level, message }) => level === 'warning' && String(message).includes('CACHE_MODELS'))

describe('the log says at the start', () => {
  test('which names of CACHE_MODELS are not there, and what may be meant', async () => {
    await using cached = await openCached({ env: { CACHE_MODELS: 'one,smarter,opneai/,openai/three' } })
    const { logs } = cached.house.test
    await until(() => told(logs).length > 0, 'the warning')
    expect(told(logs).map(({ message }) => message)).toEqual([
      'CACHE_MODELS names what is not there: "smarter", "opneai/" (did you mean "openai/"?), "openai/three"',
    ])
  })

  test('nothing where all are there: of models whose list is on its way, of providers, and of redirects that few may use', async () => {
    await using cached = await openCached({
      env: {
        CACHE_MODELS: '/,openai/,two,openai/one,smarter',
        CONFIGURED_PROVIDER_MODELS_MODE: 'fallback',
        OPENAI_MODELS: '',
        VIRTUAL_MODELS: '[{"source":"smarter","target_model":"openai/one","user_paths":["/alpha"]}]',
      },
    })
    const { admin, logs } = cached.house.test
    await admin('POST', '/admin/providers/refresh')
    await cached.chat()
    await until(() => logs.some(({ message }) => message === 'Request'), 'a later line')
    expect(told(logs)).toEqual([])
  })
})
