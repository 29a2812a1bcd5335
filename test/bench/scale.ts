import { type Measured, measure, median, type Target } from './load.ts'
import { type Running, start } from './process.ts'
import { launchGateway, launchMock, MASTER_KEY } from './subjects.ts'

export interface ScaleOptions {
  readonly dir: string
  /** How many redirects, policies and keys the crowded gateway holds. */
  readonly size: number
  readonly count: number
  readonly rounds: number
  readonly say: (line: string) => void
}

export interface Scale {
  readonly size: number
  readonly fillSeconds: number
  readonly near: Pick<Measured, 'perSecond' | 'p50' | 'p99'>
  readonly crowded: Pick<Measured, 'perSecond' | 'p50' | 'p99'>
  /** Of requests per second, against the gateway that is nearly empty. */
  readonly changePercent: number
}

/**
 * Two gateways, the same request: by a managed key bound to a path, through a redirect, under a policy. One holds just
 * these three, the other ten thousand of each.
 */
export async function runScale({ dir, size, count, rounds, say }: ScaleOptions): Promise<Scale> {
  const running: Running[] = []
  const begin = async <T extends Parameters<typeof start>[0]>(launch: T) => {
    running.push(await start(launch))
    return launch
  }
  try {
    const mock = await begin(launchMock(dir, size))
    const near = await begin(launchGateway(dir, mock.base, 'near-empty'))
    const crowded = await begin(launchGateway(dir, mock.base, 'crowded'))
    const middle = Math.floor(size / 2)
    const nearTarget = await fill(near, [middle], middle)
    const began = performance.now()
    const crowdedTarget = await fill(crowded, [...Array(size).keys()], middle)
    const fillSeconds = (performance.now() - began) / 1000
    say(`${size} redirects, policies and keys were written in ${fillSeconds.toFixed(1)} s`)
    return {
      size,
      fillSeconds,
      ...(await compare(nearTarget, crowdedTarget, { count, rounds })),
    }
  } finally {
    await Promise.all(running.map(each => each.stop()))
  }
}

/** Writes one redirect, policy and key for each number; returns how the one in the middle is asked. */
async function fill(
  gateway: { readonly origin: string; readonly target: Target },
  numbers: readonly number[],
  middle: number,
): Promise<Target> {
  const key: { value?: string } = {}
  const left = numbers.values()
  async function lane(): Promise<void> {
    for (const i of left) {
      await write(gateway.origin, 'PUT', '/admin/virtual-models', {
        source: `alias-${i}`,
        target_model: `vllm/model-${i}`,
      })
      await write(gateway.origin, 'PUT', '/admin/virtual-models', {
        source: `vllm/model-${i}`,
        user_paths: [`/team/${i}`],
      })
      const made = await write(gateway.origin, 'POST', '/admin/keys', {
        name: `Key ${i}`,
        user_path: `/team/${i}`,
      })
      if (i === middle) key.value = made.key as string
    }
  }
  await Promise.all(Array.from({ length: 16 }, lane))
  return {
    url: gateway.target.url,
    model: `alias-${middle}`,
    headers: { authorization: `Bearer ${key.value}` },
  }
}

async function write(
  origin: string,
  method: 'PUT' | 'POST',
  path: string,
  body: object,
): Promise<Record<string, unknown>> {
  const headers = {
    authorization: `Bearer ${MASTER_KEY}`,
    'content-type': 'application/json',
  }
  const response = await fetch(origin + path, { method, headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}

/** Many short slices, turn and turn about, so that neither a drift nor the order favours one of the two. */
async function compare(
  near: Target,
  crowded: Target,
  { count, rounds }: Pick<ScaleOptions, 'count' | 'rounds'>,
) {
  const scenario = { kind: 'whole', concurrency: 64, count: Math.ceil(count / SLICES), seconds: 5 } as const
  const slices = new Map<Target, Measured[]>([
    [near, []],
    [crowded, []],
  ])
  for (const target of [near, crowded]) check(await measure(target, { ...scenario, count }))
  for (let turn = 0; turn < rounds * SLICES; turn++) {
    for (const target of turn % 2 === 0 ? [near, crowded] : [crowded, near]) {
      slices.get(target)!.push(check(await measure(target, scenario)))
    }
  }
  const [before, after] = [summarize(slices.get(near)!), summarize(slices.get(crowded)!)]
  return { near: before, crowded: after, changePercent: (after.perSecond / before.perSecond - 1) * 100 }
}

const SLICES = 4

function check(measured: Measured): Measured {
  if (measured.failures > 0) throw new Error(`${measured.failures} requests failed: ${measured.firstFailure}`)
  return measured
}

const summarize = (rounds: readonly Measured[]) => ({
  perSecond: median(rounds.map(round => round.perSecond)),
  p50: median(rounds.map(round => round.p50)),
  p99: median(rounds.map(round => round.p99)),
})
