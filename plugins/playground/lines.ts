/** Where they come from. */
export const STREAM = '/admin/playground'

/** Where in a panel something is shown. All of it is text, and stays text. */
export type Place =
  | 'name'
  | 'state'
  | 'served'
  | 'caller'
  | 'attempts'
  | 'first'
  | 'whole'
  | 'tokens'
  | 'cost'
  | 'finish'
  | 'warning'
  | 'note'
  | 'thought'
  | 'answer'
  | 'sent'
  | 'kind'
  | 'raw'
  | 'curl'

export type Texts = Readonly<Partial<Record<Place, string>>>
export type Links = Readonly<Partial<Record<'requests' | 'explain', string>>>
export type Tone = 'busy' | 'good' | 'bad'

/** What cannot be asked, and in which field it was written. */
export interface Mistake {
  readonly field: string
  readonly message: string
}

/** One piece of news about a call: a line of JSON on its way to the page. */
export interface Line {
  /** What stands at a place from now on. */
  readonly put?: Texts
  /** What follows there. */
  readonly add?: Texts
  readonly links?: Links
  readonly tone?: Tone
  /** Nothing was asked. */
  readonly mistake?: Mistake
}

/** A call as far as it was told. */
export interface Told {
  readonly texts: Texts
  readonly links: Links
  readonly tone: Tone
  readonly mistake?: Mistake
}

/** All lines at once, for a page that is drawn when everything is over. */
export async function gather(lines: AsyncIterable<Line>): Promise<Told> {
  const texts: Partial<Record<Place, string>> = {}
  let told: Omit<Told, 'texts'> = { links: {}, tone: 'busy' }
  for await (const { put, add, links, tone, mistake } of lines) {
    Object.assign(texts, put)
    for (const [place, text] of Object.entries(add ?? {}) as [Place, string][])
      texts[place] = (texts[place] ?? '') + text
    told = {
      links: { ...told.links, ...links },
      tone: tone ?? told.tone,
      ...(mistake !== undefined && { mistake }),
    }
  }
  return { ...told, texts }
}

/** So long nothing may be heard (milliseconds) before an empty line says that somebody is still there. */
const QUIET = 10_000

const encoder = new TextEncoder()

/** Lines as bytes, at the pace of whoever reads them. `stop` is called when nobody does any more. */
export function toStream(
  lines: AsyncIterator<Line>,
  stop: () => void,
  quiet = QUIET,
): ReadableStream<Uint8Array> {
  let next: Promise<IteratorResult<Line>> | undefined
  return new ReadableStream({
    async pull(controller) {
      next ??= lines.next()
      const got = await orQuiet(next, quiet)
      if (got === undefined) return controller.enqueue(encoder.encode('\n'))
      next = undefined
      if (got.done === true) controller.close()
      else controller.enqueue(encoder.encode(`${JSON.stringify(got.value)}\n`))
    },
    cancel: stop,
  })
}

async function orQuiet<T>(wanted: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<undefined>(resolve => {
    timer = setTimeout(resolve, ms, undefined)
  })
  try {
    return await Promise.race([wanted, silence])
  } finally {
    clearTimeout(timer)
  }
}
