import { afterAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { createMockProvider } from '../mock/provider.ts'
import { KEY, root, spawnGateway } from './spawn.ts'

const mock = createMockProvider({ models: ['one'] })
afterAll(mock.stop)

/** The packages on disk are those of the lock file, so the start has nothing to install. */
function isInstalled(): boolean {
  try {
    const lock = Bun.hash(readFileSync(join(root, 'bun.lock'))).toString(36)
    return readFileSync(join(root, 'node_modules/.modelway-lock'), 'utf8').endsWith(` ${lock}`)
  } catch {
    return false
  }
}

const COUNT = 300
const SILENCE = 2500

/** Milliseconds until the first byte of the body of a stream, and its text. A client of its own: `fetch` has its limit, too. */
function stream(port: number): Promise<{ first: number; text: string }> {
  // The first event has words in it: one that says nothing yet would be held back.
  const choice = { index: 0, delta: { content: 'Hello' } }
  const events = [{ choices: [choice] }, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }]
  const plan = { events, silenceMs: SILENCE }
  const body = JSON.stringify({ model: 'one', messages: [], stream: true, mock_plan: plan })
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: '127.0.0.1' })
    let [first, text] = [Number.NaN, '']
    socket.setEncoding('latin1')
    socket.on('data', part => {
      text += part
      if (Number.isNaN(first) && text.includes('data: ')) first = performance.now() - began
      if (text.includes('[DONE]')) socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve({ first, text }))
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
  })
}

// Without these packages the start would fetch them first: `bun run test` does.
test.skipIf(!isInstalled())(
  `${COUNT} streams run at once behind "bun run gateway": none waits for another`,
  async () => {
    await using gateway = await spawnGateway({
      script: 'src/start.ts',
      env: {
        OPENAI_API_KEY: 'sk-upstream',
        OPENAI_BASE_URL: mock.url,
        OPENAI_MODELS: 'one',
        CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
      },
    })
    const streams = await Promise.all(Array.from({ length: COUNT }, () => stream(gateway.port)))
    expect(streams.filter(({ text }) => !text.includes('[DONE]')).length).toBe(0)
    expect(Math.max(...streams.map(({ first }) => first))).toBeLessThan(SILENCE - 500)
    expect(mock.ledger.totals()).toMatchObject({ requests: COUNT, complete: COUNT })
  },
  30_000,
)

// Only there is it seen from outside; a name server that is silent cannot be had without being root.
test.skipIf(!isInstalled() || process.platform !== 'linux')(
  'names that no server answers for hold up dozens of threads before anything else waits for one',
  async () => {
    await using gateway = await spawnGateway({ script: 'src/start.ts' })
    const variables = readFileSync(`/proc/${gateway.pid}/environ`, 'utf8').split('\0')
    expect(variables).toContain('UV_THREADPOOL_SIZE=128')
  },
)
