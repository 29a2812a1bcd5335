import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { MASTER, until } from '../kit.ts'
import { type Facts, startWith } from './kit.ts'

let facts: Facts
let cookie: string

const DAY = 86_400_000
const inDays = (days: number): string => new Date(Date.now() + days * DAY).toISOString().slice(0, 10)
const SOON = inDays(20)

beforeAll(async () => {
  facts = await startWith(
    {
      vllm: [
        { id: 'sees', max_model_len: 256_000, max_output_tokens: 64_000, supports_image_input: true },
        { id: 'blind', max_model_len: 8192, supports_image_input: false, supports_tools: true },
        { id: 'silent' },
      ],
      openai: [
        { id: 'old', shutdown_date: SOON },
        { id: 'older', shutdown_date: SOON },
        { id: 'unused', shutdown_date: SOON },
        { id: 'later', shutdown_date: inDays(40) },
      ],
    },
    { env: { MODEL_FACTS: JSON.stringify({ 'vllm/sees': { context_length: 250_000 } }) } },
  )
  await facts.redirect('team-only', ['vllm/sees'], { user_paths: ['/team'] })
  await facts.redirect('both', ['vllm/sees', 'vllm/blind'])
  await facts.redirect('smarter', ['openai/old'])
  await facts.redirect('safe', ['openai/later'])
  const signedIn = await facts.test.fetch('/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ key: MASTER }).toString(),
  })
  cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
})
afterAll(() => facts[Symbol.asyncDispose]())

const open = async (path: string, query: Record<string, string> = {}): Promise<string> => {
  const address = `/dashboard${path}?${new URLSearchParams(query)}`
  return (await facts.test.fetch(address, { headers: { cookie } })).text()
}
const words = (markup: string) => markup.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
/** The names and what stands below each, of the rows of the page Models. */
const rows = (markup: string): readonly string[] =>
  [...markup.matchAll(/<th scope="row" data-label="Model">(.*?)<\/th>/gs)].map(([, cell]) =>
    words(cell!).trim(),
  )
const names = (markup: string): readonly string[] => rows(markup).map(row => row.split(' ')[0]!)

describe('the page Models', () => {
  test('says below each name what the model can', async () => {
    const all = rows(await open('/models'))
    expect(all).toContain('vllm/sees reads 250K tokens, writes 64K, images')
    expect(all).toContain('vllm/blind reads 8.19K tokens, tools')
    expect(all).toContain('vllm/silent')
    expect(all).toContain('both reads 8.19K tokens')
    expect(all).toContain('team-only reads 250K tokens, writes 64K, images')
    expect(all).toContain(`openai/old retires on ${SOON}`)
  })

  test.each([
    ['images', ['team-only', 'vllm/sees']],
    ['tools', ['vllm/blind']],
    ['long', ['team-only', 'vllm/sees']],
    ['audio', []],
  ])('shows those that can: %s', async (can, found) => {
    expect(names(await open('/models', { can }))).toEqual(found)
  })

  test('counts them, and knows no other ability', async () => {
    expect(words(await open('/models', { can: 'images' }))).toContain('2 of 11')
    expect(names(await open('/models', { can: 'constructor' }))).toHaveLength(11)
  })
})

test('the page of a model says what it can, and who says so', async () => {
  const sees = words(await open('/models/detail', { name: 'vllm/sees', of: 'provider' }))
  expect(sees).toContain(
    'What it can 250,000 tokens in a call; writes 64,000 of them at most; images as you say, says the provider',
  )
  const blind = words(await open('/models/detail', { name: 'vllm/blind', of: 'provider' }))
  expect(blind).toContain('8,192 tokens in a call; tools; no images says the provider')
  expect(words(await open('/models/detail', { name: 'both' }))).toContain(
    '8,192 tokens in a call; no images whichever target is asked',
  )
  expect(words(await open('/models/detail', { name: 'vllm/silent', of: 'provider' }))).toContain(
    'not known: say it in MODEL_FACTS',
  )
})

describe('the page Connect tells agents how much the chosen model reads', () => {
  test('Codex', async () => {
    const line = async (model: string) =>
      /model_context_window = .*/.exec(words(await open('/connect', { client: 'codex', model })))![0]
    expect(await line('vllm/sees')).toStartWith(
      'model_context_window = 250000 # tokens that the model reads ',
    )
    expect(await line('team-only')).toStartWith('model_context_window = 250000 #')
    expect(await line('both')).toStartWith('model_context_window = 8192 #')
    expect(await line('vllm/silent')).toStartWith(
      'model_context_window = 200000 # tokens that the model reads, which is not known here: say how many',
    )
  })

  test('opencode and Claude Code', async () => {
    const limit = async (model: string) =>
      /&quot;limit&quot;: \{ &quot;context&quot;: (\d+), &quot;output&quot;: (\d+)/
        .exec(words(await open('/connect', { client: 'opencode', model })))!
        .slice(1)
    expect(await limit('vllm/sees')).toEqual(['250000', '62500'])
    expect(await limit('vllm/blind')).toEqual(['8192', '2048'])
    expect(words(await open('/connect', { client: 'claude-code', model: 'both' }))).toContain(
      'CLAUDE_CODE_MAX_CONTEXT_TOKENS=8192',
    )
  })
})

describe('a model that its provider takes away', () => {
  const overview = async () => words(await open('/overview'))

  test('needs attention where a redirect leads to it', async () => {
    const page = await overview()
    expect(page).toContain(`openai/old is what smarter leads to, and its provider retires it on ${SOON}.`)
    expect(page).not.toContain('unused')
    expect(page).not.toContain('openai/later')
  })

  test('and where it is called', async () => {
    await facts.asked('openai/older', { messages: [{ role: 'user', content: 'Hello' }] })
    const told = `openai/older was called once within a day, and its provider retires it on ${SOON}.`
    await until(async () => (await overview()).includes(told), 'the record')
  })
})
