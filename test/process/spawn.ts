import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const root = join(import.meta.dir, '../..')
export const KEY = 'master-key-for-tests'

export interface Launch {
  readonly env?: Readonly<Record<string, string>>
  /** What `bun` runs. Default: `src/main.ts`. */
  readonly script?: string
  /** For the runtime, before the script. */
  readonly flags?: readonly string[]
  /** Default: none, which starts the gateway. */
  readonly args?: readonly string[]
  /** Default: a new folder, so that no `.env` and no database of a developer plays along. */
  readonly cwd?: string
}

/** A gateway as a process of its own; `await using` ends it also when a test fails. */
export interface Spawned extends AsyncDisposable {
  readonly stdout: () => string
  readonly stderr: () => string
  /** Lines of the log, parsed. */
  readonly logs: () => Record<string, unknown>[]
  readonly pid: number
  readonly exited: Promise<number>
  signal(name: 'SIGTERM' | 'SIGINT' | 'SIGHUP'): void
  /** Ends it at once, and removes what it wrote. */
  stop(): Promise<void>
}

export interface Running extends Spawned {
  readonly port: number
  readonly url: string
  fetch(path: string, init?: RequestInit): Promise<Response>
}

/** Starts the gateway on a database of its own and a free port; does not wait for it. */
export function launchGateway(launch: Launch = {}): Spawned {
  const { env = {}, script = 'src/main.ts', flags = [], args = [], cwd } = launch
  const home = mkdtempSync(join(tmpdir(), 'modelway-process-'))
  const config = `--tsconfig-override=${join(root, 'tsconfig.json')}`
  const child = Bun.spawn([process.execPath, config, ...flags, join(root, script), ...args], {
    cwd: cwd ?? home,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_FORMAT: 'json',
      MODELWAY_MASTER_KEY: KEY,
      DATABASE_URL: `file:${join(home, 'test.db')}`,
      ...env,
    },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const kill = () => child.kill('SIGKILL')
  process.on('exit', kill)
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  async function stop(): Promise<void> {
    process.off('exit', kill)
    kill()
    await child.exited
    rmSync(home, { recursive: true, force: true })
  }
  return {
    stdout: stdout.text,
    stderr: stderr.text,
    logs: () =>
      stdout
        .text()
        .split('\n')
        .filter(line => line.startsWith('{') && line.endsWith('}'))
        .map(line => JSON.parse(line) as Record<string, unknown>),
    pid: child.pid,
    exited: Promise.all([child.exited, stdout.ended, stderr.ended]).then(([code]) => code),
    signal: name => child.kill(name),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

const PATIENCE = 15_000

/** Starts the gateway and waits until it answers at `/health`. */
export async function spawnGateway(launch: Launch = {}): Promise<Running> {
  const spawned = launchGateway(launch)
  const until = performance.now() + PATIENCE
  const base = launch.env?.BASE_PATH ?? ''
  let isGone = false
  void spawned.exited.then(() => {
    isGone = true
  })
  for (;;) {
    const port = portOf(spawned.stdout())
    if (port !== undefined && (await isAlive(`http://127.0.0.1:${port}${base}/health`))) {
      const url = `http://127.0.0.1:${port}${base}`
      return { ...spawned, port, url, fetch: (path, init) => fetch(url + path, init) }
    }
    if (isGone || performance.now() > until) {
      await spawned.stop()
      throw new Error(`The gateway does not start:\n${spawned.stdout()}${spawned.stderr()}`)
    }
    await Bun.sleep(10)
  }
}

/** The port that the first line of the log names. */
function portOf(output: string): number | undefined {
  const port = /"message":"Listening","url":"http:\/\/[^"/]+:(\d+)/.exec(output)?.[1]
  return port === undefined ? undefined : Number(port)
}

const isAlive = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )

function collect(stream: ReadableStream<Uint8Array>): { text: () => string; ended: Promise<void> } {
  let text = ''
  const decoder = new TextDecoder()
  const read = async () => {
    for await (const part of stream) text += decoder.decode(part, { stream: true })
  }
  return { text: () => text, ended: read() }
}

export const bearer = { authorization: `Bearer ${KEY}` }

/** A chat request, as clients send it. */
export const chatInit = (body: object | string, init: RequestInit = {}): RequestInit => ({
  method: 'POST',
  headers: { ...bearer, 'content-type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
  ...init,
})
