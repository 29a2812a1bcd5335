import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { warmUp } from './compare.ts'
import { type Kind, measure, median, type Target } from './load.ts'
import { type Launch, type Running, start } from './process.ts'
import { launchBare, launchGateway, MASTER_KEY } from './subjects.ts'

/** A client that does not speak the provider's language, against the bare proxy before the same provider, which it speaks. */
export interface Crossing {
  readonly name: string
  readonly kind: Kind
  readonly perSecond: number
  readonly ofBare: number
}

export interface Languages {
  readonly crossings: readonly Crossing[]
  /** Milliseconds for a call with a prompt of a million characters, one at a time. */
  readonly large: { readonly bare: number; readonly gateway: number }
  readonly many: Many
}

/** So many streams at once, each open for long. */
export interface Many {
  readonly streams: number
  readonly failed: number
  /** MiB held when all are open, and just before they end. */
  readonly early: number
  readonly late: number
}

interface Options {
  readonly dir: string
  readonly rounds: number
  readonly seconds: number
  readonly say: (line: string) => void
}

const bun = [process.execPath, '--no-env-file']
const root = join(import.meta.dir, '../..')

/** A process of this folder that plays a provider. */
function launchProvider(
  dir: string,
  script: string,
  env: Record<string, string> = {},
): Launch & { base: string } {
  const port = freePort()
  const base = `http://127.0.0.1:${port}/v1`
  return {
    name: script,
    command: [...bun, join(import.meta.dir, `${script}.ts`)],
    cwd: root,
    env: { PORT: String(port), ...env },
    log: join(dir, `${script}.log`),
    target: {
      url: `${base}/messages`,
      headers: {},
      model: script,
      speaks: 'messages',
    },
    base,
  }
}

export async function runLanguages({ dir, rounds, seconds, say }: Options): Promise<Languages> {
  const running: Running[] = []
  const begin = async (launch: Launch): Promise<Running> => {
    const each = await start(launch)
    running.push(each)
    return each
  }
  try {
    const upstream = launchProvider(dir, 'upstream')
    await begin(upstream)
    const bare = await begin(launchBare(dir, upstream.base))
    const launch = launchGateway(dir, upstream.base, 'languages')
    const gateway = await begin({
      ...launch,
      target: { ...launch.target, model: 'vllm/bench' },
      env: {
        ...launch.env,
        ANTHROPIC_API_KEY: 'bench',
        ANTHROPIC_BASE_URL: upstream.base,
        GROQ_API_KEY: 'bench',
        GROQ_BASE_URL: `${upstream.base}/only-chat`,
      },
    })
    const { headers } = launch.target
    const targets: Readonly<Record<string, Target>> = {
      'chat → Anthropic': { url: launch.target.url, headers, model: 'anthropic/bench' },
      'messages → OpenAI chat': {
        url: `${launch.origin}/v1/messages`,
        headers,
        // A vendor that speaks no messages: where one does, they would pass as bytes.
        model: 'groq/bench',
        speaks: 'messages',
      },
    }
    const crossings: Crossing[] = []
    for (const kind of ['whole', 'stream'] as const) {
      const scenario = { kind, concurrency: 10, count: kind === 'whole' ? 8000 : 3000, seconds }
      const subjects = Object.entries(targets).map(([name, target]) => ({ ...gateway, name, target }))
      for (const subject of [bare, ...subjects]) await warmUp(subject, [scenario])
      const rates = new Map<string, number[]>()
      for (let round = 0; round < rounds; round++)
        for (const { name, target } of [bare, ...subjects]) {
          const { perSecond, firstFailure } = await measure(target, scenario)
          if (firstFailure !== undefined) throw new Error(`${name}: ${firstFailure}`)
          rates.set(name, [...(rates.get(name) ?? []), perSecond])
        }
      const of = (name: string) => median(rates.get(name)!)
      for (const { name } of subjects)
        crossings.push({ name, kind, perSecond: of(name), ofBare: of(name) / of(bare.name) })
      say(`${kind} answers across languages are done`)
    }
    const large = {
      bare: await timeLarge(bare.target),
      gateway: await timeLarge({ ...gateway.target, model: 'vllm/bench' }),
    }
    say('large prompts are done')
    return { crossings, large, many: await runMany(dir, say) }
  } finally {
    await Promise.all(running.map(each => each.stop()))
  }
}

/** Median of calls with a megabyte each, one after the other. */
async function timeLarge(target: Target): Promise<number> {
  const scenario = { kind: 'whole', concurrency: 1, count: 150, seconds: 10 } as const
  await measure({ ...target, prompt: 1_000_000 }, { ...scenario, count: 50 })
  return (await measure({ ...target, prompt: 1_000_000 }, scenario)).p50
}

const STREAMS = 1000
const SECONDS = 20

/** A thousand clients listen to slow models: does what they hold stay what it is? */
async function runMany(dir: string, say: (line: string) => void): Promise<Many> {
  const provider = launchProvider(dir, 'slow', { SECONDS: String(SECONDS) })
  const upstream = Bun.spawn([...provider.command], {
    env: { ...provider.env },
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  const launch = launchGateway(dir, provider.base, 'many')
  const log = Bun.file(launch.log)
  const child = Bun.spawn([...launch.command], {
    cwd: launch.cwd,
    env: { ...launch.env },
    stdout: log,
    stderr: log,
  })
  try {
    for (let left = 200; left > 0; left--) {
      const isUp = await fetch(`${launch.origin}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      )
      if (isUp) break
      await Bun.sleep(25)
    }
    const target = {
      ...launch.target,
      headers: { authorization: `Bearer ${MASTER_KEY}` },
      model: 'vllm/slow',
    }
    const asking = measure(target, { kind: 'stream', concurrency: STREAMS, count: STREAMS, seconds: 120 })
    await Bun.sleep(6000)
    const early = await heldBy(child.pid)
    await Bun.sleep((SECONDS - 8) * 1000)
    const late = await heldBy(child.pid)
    const { failures } = await asking
    say(`${STREAMS} streams at once are done`)
    return { streams: STREAMS, failed: failures, early, late }
  } finally {
    child.kill()
    upstream.kill()
    await Promise.all([child.exited, upstream.exited])
  }
}

/** MiB. */
async function heldBy(pid: number): Promise<number> {
  const status = await Bun.file(`/proc/${pid}/status`).text()
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}
