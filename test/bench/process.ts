import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { createSender, type Target } from './load.ts'

/** How one of the compared programs is started. */
export interface Launch {
  readonly name: string
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Where its output goes. */
  readonly log: string
  readonly target: Target
}

export interface Running {
  readonly name: string
  readonly target: Target
  /** From the start of the process to the end of the first good answer, in milliseconds. */
  readonly coldStartMs: number
  /** The most memory that it ever held, in MiB; not a number once it is gone. */
  peakMemory(): number
  /** How it ended, where nobody stopped it. */
  ending(): string | undefined
  stop(): Promise<void>
}

/** Starts a program and waits until it answers a chat request. */
export async function start(launch: Launch): Promise<Running> {
  const log = openSync(launch.log, 'a')
  const began = performance.now()
  const child = Bun.spawn([...launch.command], {
    cwd: launch.cwd,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...launch.env },
    stdin: 'ignore',
    stdout: log,
    stderr: log,
  })
  closeSync(log)
  const hasExited = () => child.exitCode !== null || child.signalCode !== null
  const abandon = () => child.kill('SIGKILL')
  process.on('exit', abandon)
  async function stop(): Promise<void> {
    process.off('exit', abandon)
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), 5000)
    await child.exited
    clearTimeout(late)
  }
  const failure = await untilAnswered(launch.target, hasExited)
  if (failure !== undefined) {
    await stop()
    throw new Error(`${launch.name} does not answer: ${failure}\n${lastLines(launch.log)}`)
  }
  const coldStartMs = performance.now() - began
  return {
    name: launch.name,
    target: launch.target,
    coldStartMs,
    peakMemory: () => peakMemoryOf(child.pid),
    ending: () =>
      hasExited() ? `${launch.name} ended by itself: ${child.signalCode ?? child.exitCode}` : undefined,
    stop,
  }
}

const PATIENCE = 30_000

/** Asks again and again; returns why it gave up. */
async function untilAnswered(target: Target, hasExited: () => boolean): Promise<string | undefined> {
  const send = createSender(target, 'whole')
  const deadline = performance.now() + PATIENCE
  for (;;) {
    const failure = await send()
    if (failure === undefined) return undefined
    if (hasExited()) return 'the process has exited'
    if (performance.now() > deadline) return failure
    await Bun.sleep(2)
  }
}

function peakMemoryOf(pid: number): number {
  const status = `/proc/${pid}/status`
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(existsSync(status) ? readFileSync(status, 'utf8') : '')
  return Number(kilobytes?.[1] ?? Number.NaN) / 1024
}

const lastLines = (log: string): string =>
  readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
