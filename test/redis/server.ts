import { describe } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'

/** A real Redis, as a process of its own. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  /** A command by a connection of its own. */
  send(command: string, ...args: string[]): Promise<unknown>
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
  /** Ends it, or a signal does; `start` begins it anew, empty. */
  stop(): Promise<void>
  start(): Promise<void>
}

const program = Bun.which('redis-server')

/** Tests that need a Redis. `bun run test` installs one; where it cannot be had, their names say why they did not run. */
export const describeWithRedis = (name: string, tests: () => void): void =>
  program === null
    ? describe.skip(`${name} (there is no redis-server: install it)`, tests)
    : describe(name, tests)

export async function startRedis(...options: readonly string[]): Promise<RedisServer> {
  const port = freePort()
  const folder = mkdtempSync(join(tmpdir(), 'modelway-redis-'))
  const url = `redis://127.0.0.1:${port}`
  let child: Bun.Subprocess | undefined
  const kill = () => child?.kill('SIGKILL')
  process.on('exit', kill)

  async function send(command: string, ...args: string[]): Promise<unknown> {
    const client = new Bun.RedisClient(url)
    try {
      return await client.send(command, args)
    } finally {
      client.close()
    }
  }

  async function start(): Promise<void> {
    const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
    child = Bun.spawn([program!, ...own, ...options], { stdout: 'ignore', stderr: 'inherit' })
    for (let i = 0; i < 500; i++) {
      if ((await send('PING').catch(() => undefined)) === 'PONG') return
      await Bun.sleep(10)
    }
    throw new Error('Redis does not start')
  }

  async function stop(): Promise<void> {
    kill()
    await child?.exited
  }

  await start()
  return {
    url,
    get pid() {
      return child!.pid
    },
    send,
    signal: name => void child?.kill(name),
    stop,
    start,
    async [Symbol.asyncDispose]() {
      process.off('exit', kill)
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
