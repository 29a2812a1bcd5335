import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { until } from '../kit.ts'
import { createRealtimeUpstream } from '../realtime/upstream.ts'
import { MASTER, openBrowser, type Running, signIn, startGateway, type Watched } from './kit.ts'

setDefaultTimeout(60_000)

const upstream = createRealtimeUpstream()
let gateway: Running
let browser: Watched
beforeAll(async () => {
  gateway = await startGateway({
    OPENAI_API_KEY: 'sk-of-the-operator',
    OPENAI_BASE_URL: upstream.url,
    OPENAI_MODELS: 'voice',
  })
  browser = await openBrowser(gateway.url)
})
afterAll(async () => {
  await browser.close()
  await gateway.stop()
  upstream.stop()
})

async function records(): Promise<readonly unknown[]> {
  const headers = { authorization: `Bearer ${MASTER}` }
  const { data } = (await (await fetch(`${gateway.url}/admin/usage/log`, { headers })).json()) as {
    readonly data: readonly unknown[]
  }
  return data
}

test('a page holds a conversation, with its key as a subprotocol, and operators see the call', async () => {
  const { page, problems } = browser
  await signIn(page, gateway.url)
  const told = await page.evaluate(
    ([url, key]) =>
      new Promise<readonly [protocol: string, ...types: string[]]>((resolve, reject) => {
        const protocols = ['realtime', `openai-insecure-api-key.${key}`, 'openai-beta.realtime-v1']
        const socket = new WebSocket(`${url!.replace('http', 'ws')}/v1/realtime?model=voice`, protocols)
        const types: string[] = []
        socket.onerror = () => reject(new Error('The WebSocket failed'))
        socket.onclose = () => resolve([socket.protocol, ...types])
        socket.onmessage = ({ data }) => {
          const { type } = JSON.parse(data) as { type: string }
          types.push(type)
          if (type === 'session.created') socket.send('{"type":"response.create"}')
          if (type === 'response.done') socket.close(1000)
        }
      }),
    [gateway.url, MASTER],
  )
  expect(told).toEqual([
    'realtime',
    'session.created',
    'response.created',
    'response.output_audio.delta',
    'response.done',
  ])
  await until(async () => (await records()).length === 2, 'the records of the answer, and of the call')
  await page.goto(`${gateway.url}/dashboard/requests`)
  await page.getByRole('table').getByText('voice').first().waitFor()
  await page.getByText('with its answers').waitFor()
  expect(await page.getByRole('table').textContent()).not.toContain('stream')
  expect(problems).toEqual([])
})
