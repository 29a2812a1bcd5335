import { afterAll, beforeAll, expect, test } from 'bun:test'
import { until } from '../kit.ts'
import { KEY, type Running, spawnGateway } from '../process/spawn.ts'
import { talkTo } from './kit.ts'
import { createRealtimeUpstream } from './upstream.ts'
import { addTls, authority } from './veil.ts'

/** The gateway as a process of its own: official clients, its memory, and its end. */

const upstream = createRealtimeUpstream()
const env = {
  OPENAI_API_KEY: 'sk-of-the-operator',
  OPENAI_BASE_URL: upstream.url,
  OPENAI_MODELS: 'voice',
  DRAIN_TIMEOUT: '300ms',
}
let gateway: Running
beforeAll(async () => {
  gateway = await spawnGateway({ env })
})
afterAll(async () => {
  await gateway.stop()
  upstream.stop()
})

/** What the official client, which wants TLS, says and hears. */
async function official(kind: 'websocket' | 'ws' | 'transcription', ...events: object[]) {
  const veil = addTls(gateway.port)
  const base = `https://localhost:${veil.port}/v1`
  const said = events.map(event => JSON.stringify(event))
  const program = [process.execPath, `${import.meta.dir}/sdk.ts`, base, KEY, kind, ...said]
  const child = Bun.spawn(program, { env: { ...process.env, NODE_EXTRA_CA_CERTS: authority } })
  const printed = await new Response(child.stdout).json()
  veil.stop()
  return printed as { readonly heard: readonly string[]; readonly error: unknown }
}

for (const kind of ['websocket', 'ws'] as const)
  test(`the official client (openai/realtime/${kind}) holds a conversation`, async () => {
    const { heard, error } = await official(kind, { type: 'response.create' })
    expect(error).toBeNull()
    expect(heard).toEqual([
      'session.created',
      'response.created',
      'response.output_audio.delta',
      'response.done',
    ])
  })

test('the official client transcribes, where its address says by which model', async () => {
  const audio = { input: { transcription: { model: 'voice' } } }
  const update = { type: 'session.update', session: { type: 'transcription', audio } }
  const { heard, error } = await official('transcription', update, { type: 'transcribed' })
  expect(error).toBeNull()
  expect(heard.at(-1)).toBe('conversation.item.input_audio_transcription.completed')
  expect(new URL(upstream.sessions.at(-1)!.url).search).toBe('?intent=transcription')
})

test('the official client reads an error of ours', async () => {
  const session = { type: 'realtime', model: 'another' }
  const { heard, error } = await official('ws', { type: 'session.update', session })
  expect(heard).toEqual(['session.created', 'error'])
  expect(error).toEqual({ code: 'model_access_denied', message: expect.stringContaining('"voice"') })
})

/** The most that the process has ever held (MiB). */
const peakOf = async (pid: number): Promise<number> =>
  Number(/VmHWM:\s+(\d+)/.exec(await Bun.file(`/proc/${pid}/status`).text())![1]) / 1024

test('a client that does not read fills no memory', async () => {
  const talker = talkTo(gateway.url, '?model=voice', { key: KEY })
  await talker.hear('session.created')
  const before = await peakOf(gateway.pid)
  talker.pause()
  upstream.sessions.length = 0
  talker.say({ type: 'flood', megabytes: 300 })
  const isOver = () =>
    gateway.logs().some(({ message, error }) => message === 'Request' && error === 'client_closed')
  while (!isOver()) await Bun.sleep(20)
  expect((await peakOf(gateway.pid)) - before).toBeLessThan(150)
  talker.hangUp()
}, 20_000)

test('a reload of the configuration cuts no conversation', async () => {
  const told = () => gateway.logs().filter(line => line.output_tokens === 50).length
  const before = told()
  const talker = talkTo(gateway.url, '?model=voice', { key: KEY })
  await talker.hear('session.created')
  gateway.signal('SIGHUP')
  const isReloaded = () => gateway.logs().some(({ message }) => message === 'Reloaded the configuration')
  await until(isReloaded, 'the next gateway')
  talker.say({ type: 'response.create' })
  await talker.hear('response.done')
  talker.socket.close()
  await until(() => told() > before, 'its line in the log')
})

test('a gateway that stops tells who talks, and closes when the time to finish is over', async () => {
  await using stopping = await spawnGateway({ env })
  const talker = talkTo(stopping.url, '?model=voice', { key: KEY })
  await talker.hear('session.created')
  const asked = performance.now()
  stopping.signal('SIGTERM')
  // What is under way goes on meanwhile.
  talker.say({ type: 'response.create' })
  await talker.hear('response.done')
  const { error } = await talker.hear('error')
  expect(error.code).toBe('shutting_down')
  expect(await talker.closed).toMatchObject({ code: 1001 })
  expect(performance.now() - asked).toBeGreaterThan(250)
  expect(await stopping.exited).toBe(0)
  const [line] = stopping.logs().filter(({ message }) => message === 'Request')
  expect(line).toMatchObject({
    endpoint: 'openai-realtime',
    status: 101,
    error: 'shutting_down',
    served: 'voice',
    output_tokens: 50,
  })
})
