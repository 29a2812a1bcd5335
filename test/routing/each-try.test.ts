import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { chat, message } from '../kernel/small-answers.ts'
import { startGateway, type TestGateway } from '../kit.ts'

/** What one target leaves out or says of its limits is nothing that the next one did. */

type Answer = () => Response

const answers: Record<string, Answer> = {}
/** Speaks for one provider below each path. */
const provider = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch(request) {
    const [, name = '', ...rest] = new URL(request.url).pathname.split('/')
    if (rest.at(-1) === 'models') return Response.json({ data: [{ id: 'z' }, { id: 'm' }], has_more: false })
    return answers[name]!()
  },
})

let house: TestGateway
beforeAll(async () => {
  const at = (name: string) => `http://127.0.0.1:${provider.port}/${name}/v1`
  house = await startGateway({
    env: {
      ...{ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: at('openai'), VLLM_BASE_URL: at('vllm') },
      ...{ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: at('anthropic'), RETRIES: '0' },
      ...{ GROQ_API_KEY: 'k', GROQ_BASE_URL: 'http://127.0.0.1:9/v1', GROQ_MODELS: 'm' },
    },
  })
  await house.admin('POST', '/admin/providers/refresh')
  for (const [source, ...names] of [
    ['claude-first', 'anthropic', 'vllm'],
    ['openai-first', 'openai', 'groq'],
  ]) {
    const targets = names.map(name => ({ model: `${name}/m` }))
    await house.admin('PUT', '/admin/virtual-models', { source, strategy: 'failover', targets })
  }
})
beforeEach(() => {
  const busy = { status: 503, headers: { 'x-ratelimit-remaining-requests': '7' } }
  answers.openai = () => Response.json({ error: { message: 'Busy' } }, busy)
  answers.anthropic = () => Response.json(message)
  answers.vllm = () => Response.json(chat)
})
afterAll(async () => {
  await house.close()
  await provider.stop(true)
})

let asked = 0
const saidBy = async (model: string) => {
  // Words of its own, so that no session ties it to what answered before.
  const messages = [{ role: 'user', content: `Question ${asked++}` }]
  const { status, headers } = await house.chat({ model, messages, invented: 7 })
  const said = ['x-modelway-provider', 'x-modelway-warning', 'x-ratelimit-remaining-requests']
  return [status, ...said.map(name => headers.get(name))]
}

test('what a target leaves out is told where it answers, and not where another one does', async () => {
  expect(await saidBy('claude-first')).toEqual([200, 'anthropic', expect.stringContaining('invented'), null])
  answers.anthropic = () => new Response('Busy', { status: 503 })
  expect(await saidBy('claude-first')).toEqual([200, 'vllm', null, null])
})

test('the limits of a target are not told as those of the one that was tried after it', async () => {
  const busy = answers.openai!
  answers.openai = () => Response.json(chat, { headers: { 'x-ratelimit-remaining-requests': '7' } })
  expect(await saidBy('openai-first')).toEqual([200, 'openai', null, '7'])
  answers.openai = busy
  // Nobody is there, who could say anything of limits.
  expect(await saidBy('openai-first')).toEqual([503, 'groq', null, null])
})

test('the list of models is in the order of their names, whoever brings them', async () => {
  const { body } = await house.admin('GET', '/v1/models')
  const ids: string[] = body.data.map(({ id }: { id: string }) => id)
  expect(ids).toEqual(ids.toSorted())
  expect(ids).toEqual(expect.arrayContaining(['claude-first', 'vllm/m', 'vllm/z']))
})
