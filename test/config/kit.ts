import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { plugins as ours } from '../../plugins/index.ts'
import { runProgram } from '../../src/cli/program.ts'
import type { Environment } from '../../src/config/environment.ts'
import { type Loaded, load } from '../../src/config/load.ts'
import { ConfigError } from '../../src/errors.ts'
import { createGateway, type Gateway } from '../../src/gateway.ts'
import { createStrangers } from '../../src/loading/strangers.ts'
import { openLog } from '../../src/log.ts'
import { rehearse } from '../../src/reload/rehearse.ts'
import type { Around, Finished } from '../process/in-turn.ts'
import { createUntil } from '../until.ts'

export const root = new URL('../..', import.meta.url).pathname

export interface Folder extends Disposable {
  readonly path: string
  /** Writes a file and returns its path. */
  write(name: string, text: string): string
}

export function createFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'modelway-config-'))
  return {
    path,
    write(name, text) {
      const file = join(path, name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
      return file
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

export interface Read {
  readonly yaml?: string
  readonly env?: Readonly<Record<string, string>>
  readonly flags?: Readonly<Record<string, string>>
}

/** What a start would read. */
export async function read({ yaml, env = {}, flags = {} }: Read): Promise<Loaded> {
  using folder = createFolder()
  const named = yaml === undefined ? {} : { CONFIG_FILE: folder.write('modelway.yaml', yaml) }
  const options = {
    ours,
    loadStrangers: createStrangers(folder.path),
    flags,
  }
  return await load({ ...options, environment: { ...named, ...env } })
}

/** What is wrong with it; paths are cut down to `modelway.yaml`. */
export async function problemsOf(what: Read): Promise<readonly string[]> {
  try {
    await read(what)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map(problem => problem.replace(/^\S*\/(?=modelway\.yaml)/, ''))
  }
}

/** A gateway in this process, out of what a start would read. */
export async function build(environment: Environment, inherited?: Gateway['heritage']): Promise<Gateway> {
  openLog({ level: 'error', pretty: false, write: () => {} })
  const loaded = await load({ ours, loadStrangers: async () => [], environment })
  return createGateway({
    ...loaded,
    shell: ({ main }) => main,
    assets: {},
    migrations: join(root, 'drizzle'),
    version: '0.0.0-test',
    inherited,
  })
}

/** What `modelway check` does, in this process: throws what would stop a start. */
export async function rehearseFile(configFile: string, environment: Environment): Promise<void> {
  openLog({ level: 'error', pretty: false, write: () => {} })
  const loaded = await load({
    ours,
    loadStrangers: async () => [],
    environment: { ...environment, CONFIG_FILE: configFile },
  })
  await rehearse(loaded, { migrations: join(root, 'drizzle'), version: '0.0.0-test' })
}

/** Runs `modelway …` in this process, for commands that only read files. */
export async function runHere(args: readonly string[]): Promise<Finished> {
  const out: string[] = []
  const err: string[] = []
  const code = await runProgram(args, {
    version: '0.0.0-test',
    plugins: ours,
    loadStrangers: async () => [],
    migrations: join(root, 'drizzle'),
    readStored: async () => ({}),
    serve: async () => {},
    whyNotListen: async () => undefined,
    out: text => void out.push(text),
    note: text => void err.push(text),
  })
  return { code: code ?? 0, out: out.join(''), err: err.join('') }
}

/** Runs `modelway …` to its end, as a process of its own and with nothing but this environment: see also `runInTurn`. */
export async function modelway(args: readonly string[], { cwd, env = {} }: Around): Promise<Finished> {
  const child = Bun.spawn([process.execPath, join(root, 'src/cli/main.ts'), ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: cwd, ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, out, err }
}

export interface Served extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  /** The log so far, one object per line. */
  readonly log: Record<string, unknown>[]
  kill(signal: NodeJS.Signals): void
  readonly exited: Promise<number>
}

/** A gateway in a process of its own, on a free port. */
export async function serve(cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Served> {
  const child = Bun.spawn([process.execPath, join(root, 'src/start.ts')], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: cwd, LOG_FORMAT: 'json', PORT: '0', ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const log: Record<string, unknown>[] = []
  let heard = () => {}
  const listening = new Promise<string>((resolve, reject) => {
    heard = () => {
      const line = log.find(({ message }) => message === 'Listening')
      if (line !== undefined) resolve(String(line.url))
    }
    void child.exited.then(code => reject(new Error(`The gateway ended with ${code}`)))
  })
  void follow(child.stdout, line => {
    log.push(JSON.parse(line) as Record<string, unknown>)
    heard()
  })
  const url = await listening
  return {
    url,
    pid: child.pid,
    log,
    exited: child.exited,
    kill: signal => child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await child.exited
    },
  }
}

async function follow(stream: ReadableStream<Uint8Array>, tell: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') tell(line)
  }
}

/** Waits until something holds. */
export const until = createUntil(10_000)
