import { join } from 'node:path'
import { root } from './spawn.ts'

/** How a command has ended, and what it has said. */
export interface Finished {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** What a command finds where it is started. */
export interface Around {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

export interface Command extends Around {
  readonly args: readonly string[]
}

let child: Bun.Subprocess | undefined
let answer: (finished: Finished) => void = () => {}
let last: Promise<unknown> = Promise.resolve()

/**
 * Runs `modelway …` to its end, from this folder and with nothing but this environment. A start of a process costs more
 * than most commands, so one process runs them all, one after the other; it ends with the runner. A `serve` that would
 * succeed ends at once, with 0.
 */
export function runInTurn(args: readonly string[], { cwd, env = {} }: Around): Promise<Finished> {
  const command: Command = { args, cwd, env: { PATH: process.env.PATH ?? '', HOME: cwd, ...env } }
  const finished = last.then(() => ask(command))
  last = finished
  return finished
}

function ask(command: Command): Promise<Finished> {
  child ??= start()
  return new Promise(resolve => {
    answer = resolve
    child!.send(command)
  })
}

function start(): Bun.Subprocess {
  const config = `--tsconfig-override=${join(root, 'tsconfig.json')}`
  const started = Bun.spawn([process.execPath, config, join(import.meta.dir, 'in-turn-process.ts')], {
    ipc: finished => answer(finished as Finished),
    stdio: ['ignore', 'inherit', 'inherit'],
    onExit(_, code) {
      child = undefined
      answer({ code: -1, out: '', err: `The process of commands has ended: ${code}` })
    },
  })
  started.unref()
  return started
}
