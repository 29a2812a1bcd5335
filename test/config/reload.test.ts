import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync, unlinkSync } from 'node:fs'
import { createMockProvider } from '../mock/provider.ts'
import { createFolder, type Folder, type Served, serve, until } from './kit.ts'

const MASTER = 'master-key-for-tests'
const auth = { authorization: `Bearer ${MASTER}` }
const says = ({ log }: Served, message: string) => log.filter(line => line.message === message)
const RELOADED = 'Reloaded the configuration'
const REFUSED = 'Cannot reload the configuration, the one before stays in use'

/** One generation of a configuration: a key and a model that belong together. */
const generation = (folder: Folder, mock: string, number: number) =>
  folder.write(
    'modelway.yaml',
    `
auth: { master_key: ${MASTER} }
providers:
  gpu: { type: vllm, base_url: "${mock}", api_key: key-${number} }
virtual_models:
  - { source: now, target_model: gpu/model-${number}, description: "generation ${number}" }
${number % 2 === 0 ? '  - { source: even, target_model: now }' : ''}
`,
  )

async function reload(gateway: Served, change: () => void): Promise<void> {
  const before = says(gateway, RELOADED).length + says(gateway, REFUSED).length
  change()
  gateway.kill('SIGHUP')
  await until(() => says(gateway, RELOADED).length + says(gateway, REFUSED).length > before, 'a reload')
}

const ask = (url: string, body: object) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { ...auth, 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }], ...body }),
  })

const files = ({ pid }: Served) => readdirSync(`/proc/${pid}/fd`).length
const memory = ({ pid }: Served) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

describe('R10', () => {
  test('120 reloads under load: no request fails, none is torn, streams finish, nothing leaks', async () => {
    using folder = createFolder()
    const models = Array.from({ length: 201 }, (_, i) => `model-${i}`)
    const mock = createMockProvider({ models, tokens: 4, keep: 1_000_000 })
    generation(folder, mock.url, 0)
    await using gateway = await serve(folder.path)
    await ask(gateway.url, { model: 'now' })

    const failed: string[] = []
    let [asked, isOver] = [0, false]
    const worker = async () => {
      while (!isOver) {
        const response = await ask(gateway.url, { model: 'now' }).catch(error => error as Error)
        asked++
        // Calls all the time, and not as many as the machine can make.
        await Bun.sleep(10)
        const isGood = response instanceof Response && response.status === 200
        const text = response instanceof Response ? await response.text() : String(response)
        if (!isGood || !text.includes('"choices"')) failed.push(text)
      }
    }
    const stream = async () => {
      const plan = { tokens: 60, gapMs: 100 }
      const response = await ask(gateway.url, { model: 'now', stream: true, mock_plan: plan })
      return response.text()
    }
    const streams = [stream(), stream(), stream()]
    const workers = Array.from({ length: 8 }, worker)
    const [filesBefore, memoryBefore] = [files(gateway), memory(gateway)]
    for (let number = 1; number <= 120; number++) {
      await reload(gateway, () => generation(folder, mock.url, number))
      if (number % 50 === 0) streams.push(stream())
    }
    isOver = true
    await Promise.all(workers)
    for (const text of await Promise.all(streams)) expect(text).toEndWith('data: [DONE]\n\n')

    expect(says(gateway, REFUSED)).toEqual([])
    expect(failed).toEqual([])
    expect(asked).toBeGreaterThan(120)
    const calls = mock.requests.filter(({ method }) => method === 'POST')
    const torn = calls.filter(({ headers, json }) => {
      const key = /key-(\d+)$/.exec(headers.authorization ?? '')?.[1]
      return json?.model !== `model-${key}`
    })
    expect(torn.map(({ headers, json }) => [headers.authorization, json?.model])).toEqual([])
    expect(new Set(calls.map(({ json }) => json?.model)).size).toBeGreaterThan(60)
    // So many databases were opened. SQLite closes some late, because a close drops the locks of the others.
    await until(() => files(gateway) < filesBefore + 80, 'files to be closed')
    // A house holds several megabytes: a hundred that stayed would be half a gigabyte.
    expect(memory(gateway) - memoryBefore).toBeLessThan(220_000)
    mock.stop()
  }, 120_000)

  test.concurrent('a bad file keeps the old configuration running, and says why with its place', async () => {
    using folder = createFolder()
    const mock = createMockProvider({ models: ['model-0', 'model-1'] })
    generation(folder, mock.url, 0)
    await using gateway = await serve(folder.path)
    const bad = [
      'prot: 1',
      'a: [',
      'virtual_models:\n  - source: x\n',
      '\tport: 1',
      'auth: { master_key: short }',
    ]
    const places = [':1:1: There is', ':1:5: ', ':2:5: Cannot use', ':1:2: Tabs', ':1:21: Cannot use auth']
    for (const [index, yaml] of bad.entries()) {
      await reload(gateway, () => folder.write('modelway.yaml', yaml))
      expect(String(says(gateway, REFUSED).at(-1)?.problem)).toStartWith(`modelway.yaml${places[index]}`)
      expect((await ask(gateway.url, { model: 'now' })).status).toBe(200)
    }
    await reload(gateway, () => unlinkSync(`${folder.path}/modelway.yaml`))
    expect(says(gateway, REFUSED).at(-1)?.problem).toContain('there is no such file')
    expect((await ask(gateway.url, { model: 'now' })).status).toBe(200)
    await reload(gateway, () => generation(folder, mock.url, 1))
    expect(says(gateway, RELOADED)).toHaveLength(1)
    expect((await ask(gateway.url, { model: 'now' })).headers.get('x-modelway-model')).toBe('model-1')
    mock.stop()
  }, 60_000)

  test.concurrent('a changed file is read without a signal, once it is left alone', async () => {
    using folder = createFolder()
    await using gateway = await serve(folder.path, { MODELWAY_MASTER_KEY: MASTER })
    // It may even be a new one.
    folder.write('modelway.yaml', 'virtual_models:\n  - { source: a, target_model: demo/parrot }')
    await until(() => says(gateway, RELOADED).length === 1, 'the first reload')
    folder.write('modelway.yaml', 'virtual_models:\n  - { source: b, target_model: demo/parrot }')
    await until(() => says(gateway, RELOADED).length === 2, 'the second reload')
    const models = await (await fetch(`${gateway.url}/v1/models`, { headers: auth })).text()
    expect(models).toContain('"b"')
    expect(models).not.toContain('"a"')
    await Bun.sleep(1500)
    expect(says(gateway, RELOADED)).toHaveLength(2)
  }, 60_000)

  test.concurrent('HOST, PORT and WORKERS are refused with a warning; the rest of the file counts', async () => {
    using folder = createFolder()
    await using gateway = await serve(folder.path, { MODELWAY_MASTER_KEY: MASTER })
    await reload(gateway, () =>
      folder.write(
        'modelway.yaml',
        'host: 0.0.0.0\nworkers: 4\nvirtual_models: [{ source: a, target_model: demo/parrot }]',
      ),
    )
    expect(
      says(
        gateway,
        'HOST, PORT and WORKERS change at a restart only: the gateway goes on listening as it does',
      ),
    ).toMatchObject([{ configured: '0.0.0.0:0, WORKERS=4' }])
    expect(await (await fetch(`${gateway.url}/v1/models`, { headers: auth })).text()).toContain('"a"')
  }, 60_000)

  test.concurrent('what an operator writes while the configuration is read is not lost', async () => {
    using folder = createFolder()
    await using gateway = await serve(folder.path, { MODELWAY_MASTER_KEY: MASTER })
    const names = Array.from({ length: 60 }, (_, i) => `m${i}`)
    const writing = (async () => {
      for (const source of names) {
        const response = await fetch(`${gateway.url}/admin/virtual-models`, {
          method: 'PUT',
          headers: { ...auth, 'content-type': 'application/json' },
          body: JSON.stringify({ source, target_model: 'demo/parrot' }),
        })
        expect(response.status).toBe(200)
      }
    })()
    for (let i = 0; i < 10; i++) await reload(gateway, () => {})
    await writing
    const views = (await (await fetch(`${gateway.url}/admin/virtual-models`, { headers: auth })).json()) as {
      source: string
    }[]
    expect(views.map(({ source }) => source).sort()).toEqual([...names].sort())
  }, 60_000)

  test.concurrent('operators stay signed in, unless the master key became another one', async () => {
    using folder = createFolder()
    const key = folder.write('key', MASTER)
    await using gateway = await serve(folder.path, { MODELWAY_MASTER_KEY_FILE: key })
    const signedIn = await fetch(`${gateway.url}/sign-in`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ key: MASTER }),
    })
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
    const look = async () =>
      (await fetch(`${gateway.url}/dashboard/models`, { headers: { cookie }, redirect: 'manual' })).status
    expect(await look()).toBe(200)
    await reload(gateway, () => {})
    expect(await look()).toBe(200)
    await reload(gateway, () => folder.write('key', 'another-master-key'))
    expect(await look()).not.toBe(200)
    expect((await fetch(`${gateway.url}/v1/models`, { headers: auth })).status).toBe(401)
  }, 60_000)

  test.concurrent('wrong keys at the sign-in stay counted', async () => {
    using folder = createFolder()
    await using gateway = await serve(folder.path, { MODELWAY_MASTER_KEY: MASTER })
    const signIn = async (key: string) =>
      (
        await fetch(`${gateway.url}/sign-in`, {
          method: 'POST',
          redirect: 'manual',
          body: new URLSearchParams({ key }),
        })
      ).status
    for (let i = 0; i < 10; i++) expect(await signIn(`wrong-key-${i}`)).toBe(401)
    await reload(gateway, () => {})
    expect(await signIn('wrong-key-again')).toBe(429)
  }, 60_000)

  test.concurrent('a database in memory is not thrown away', async () => {
    using folder = createFolder()
    await using gateway = await serve(folder.path, { MODELWAY_MASTER_KEY: MASTER, DATABASE_URL: ':memory:' })
    await reload(gateway, () => {})
    expect(says(gateway, REFUSED).at(-1)?.problem).toContain('DATABASE_URL')
  }, 60_000)
})
