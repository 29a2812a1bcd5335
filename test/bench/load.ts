/** Where and what to ask. */
export interface Target {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly model: string
  /** The language of the client. Default: OpenAI's chat. */
  readonly speaks?: 'messages'
  /** Characters of the prompt; a short question by default. */
  readonly prompt?: number
}

export type Kind = 'whole' | 'stream'

export interface Scenario {
  readonly kind: Kind
  readonly concurrency: number
  /** How many requests are sent in all … */
  readonly count: number
  /** … unless this time is over before. */
  readonly seconds: number
}

export interface Measured {
  readonly perSecond: number
  /** Milliseconds from the call to the last byte. */
  readonly p50: number
  readonly p99: number
  readonly failures: number
  readonly firstFailure?: string
}

/** Sends the requests of a scenario, so many at a time, and reads every answer to its end. */
export async function measure(
  target: Target,
  { kind, concurrency, count, seconds }: Scenario,
): Promise<Measured> {
  const send = createSender(target, kind)
  const times: number[] = []
  const failures: string[] = []
  let started = 0
  const began = performance.now()
  const deadline = began + seconds * 1000
  async function lane(): Promise<void> {
    while (started < count && performance.now() < deadline) {
      started++
      const start = performance.now()
      const failure = await send()
      times.push(performance.now() - start)
      if (failure !== undefined) failures.push(failure)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, lane))
  const elapsed = (performance.now() - began) / 1000
  times.sort((a, b) => a - b)
  return {
    perSecond: times.length / elapsed,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    failures: failures.length,
    ...(failures[0] !== undefined && { firstFailure: failures[0] }),
  }
}

/** One chat request; tells what was wrong with the answer. */
export function createSender(
  { url, headers, model, speaks, prompt = 0 }: Target,
  kind: Kind,
): () => Promise<string | undefined> {
  const manner = 'You are the assistant of a small travel agency. Be brief.'
  const question = 'Which road leads from the harbour to the old town, and how long is the walk? '
  const messages = [
    ...(speaks === 'messages' ? [] : [{ role: 'system', content: manner }]),
    { role: 'user', content: question.repeat(Math.max(1, Math.ceil(prompt / question.length))) },
  ]
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      model,
      messages,
      ...(speaks === 'messages' && { system: manner, max_tokens: 16 }),
      ...(kind === 'stream' ? { stream: true } : { max_tokens: 16 }),
    }),
  }
  return async () => {
    try {
      const response = await fetch(url, request)
      if (response.status !== 200)
        return `status ${response.status}: ${(await response.text()).slice(0, 300)}`
      return kind === 'stream' ? await readStream(response) : await readWhole(response)
    } catch (error) {
      return String(error)
    }
  }
}

async function readWhole(response: Response): Promise<string | undefined> {
  const bytes = await response.bytes()
  // A brace at the end is enough to know that the answer is whole; parsing it would be the client's own cost.
  return bytes.at(-1) === 125 ? undefined : `an answer of ${bytes.length} bytes that is not whole`
}

const DONE = /data: \[DONE\]$|"type":"message_stop"\}$/

async function readStream(response: Response): Promise<string | undefined> {
  const reader = response.body!.getReader()
  let last: Uint8Array = new Uint8Array()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    last = value.length >= 32 ? value : Buffer.concat([last, value])
  }
  const tail = Buffer.from(last.subarray(-32)).toString().trimEnd()
  return DONE.test(tail) ? undefined : `a stream that ends with "${tail}"`
}

export const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN

/** Of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : ((sorted[middle - 1] ?? Number.NaN) + sorted[middle]!) / 2
}
