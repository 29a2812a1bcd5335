import { blocks, dataOf, endOfLastEvent, toJson } from '../../src/respond/events.ts'
import type { JsonObject } from '../../src/types.ts'
import type { Language, Said } from './languages.ts'
import type { Line } from './lines.ts'

/** So much is shown of an answer, and of its bytes (characters): more would make the browser slow, and nobody reads it. */
const MOST = 400_000

/** An answer that has begun. */
export interface Opened {
  readonly response: Response
  readonly reader: Reader | undefined
}

type Reader = Pick<ReadableStreamDefaultReader<Uint8Array>, 'read' | 'cancel'>

/** Reads an answer as it comes: what it says, and its bytes as they are. The last line has a tone. */
export async function* readAnswer(
  { response, reader }: Opened,
  language: Language,
  signal: AbortSignal,
): AsyncGenerator<Line, void> {
  const isStream = (response.headers.get('content-type') ?? '').startsWith('text/event-stream')
  const hearing = isStream ? hearEvents(language) : hearWhole(language)
  const [raw, answer, thought] = [createCut(), createCut(), createCut()]
  const tools = new Set<string>()
  let trouble = ''
  let code = ''
  let isSilent = true
  const note = (heard: readonly Said[]): Line => {
    for (const each of heard) {
      for (const tool of each.tools ?? []) if (tool !== '') tools.add(tool)
      trouble ||= each.trouble ?? ''
      code ||= each.code ?? ''
    }
    const text = heard.map(({ text = '' }) => text).join('')
    if (text !== '') isSilent = false
    return {
      add: { answer: answer(text), thought: thought(heard.map(({ thought = '' }) => thought).join('')) },
    }
  }
  try {
    for await (const text of texts(reader, signal)) {
      const { add } = note(hearing.hear(text))
      yield { add: { ...add, raw: raw(text) } }
    }
    yield note(hearing.end())
  } catch {
    signal.throwIfAborted()
    trouble ||= 'The connection to the answer was lost.'
  }
  yield ending(response, { trouble, code, tools, isSilent, isStream })
}

interface Ending {
  readonly trouble: string
  readonly code: string
  readonly tools: ReadonlySet<string>
  readonly isSilent: boolean
  readonly isStream: boolean
}

/** What came of it, in words. */
function ending({ status }: Response, { trouble, code, tools, isSilent, isStream }: Ending): Line {
  if (status >= 400) {
    const state = `${verdictOf(status)}: ${status} ${code}`.trim()
    return { tone: 'bad', put: { state, note: trouble || 'No reason was given.' } }
  }
  if (trouble !== '') {
    const state = `${isStream ? 'Broke off' : 'Failed'}${code && `: ${code}`}`
    return { tone: 'bad', put: { state, note: trouble } }
  }
  const calls = [...tools].join(', ')
  const note =
    calls !== ''
      ? `The model calls ${calls}: what it hands over stands in the raw answer.`
      : isSilent
        ? 'The answer holds no text: see the raw answer.'
        : ''
  return { tone: 'good', put: { state: 'Answered', note } }
}

/** Who is at fault. */
export const verdictOf = (status: number): string => (status < 500 ? 'Refused' : 'Failed')

async function* texts(reader: Reader | undefined, signal: AbortSignal): AsyncGenerator<string> {
  if (reader === undefined) return
  const decoder = new TextDecoder()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const text = decoder.decode(read.value, { stream: true })
    if (text !== '') yield text
  }
  signal.throwIfAborted()
  const rest = decoder.decode()
  if (rest !== '') yield rest
}

interface Hearing {
  /** What follows from more of the answer. */
  hear(text: string): readonly Said[]
  end(): readonly Said[]
}

function hearEvents({ event }: Language): Hearing {
  let rest = ''
  const read = (text: string): readonly Said[] =>
    [...blocks(text)].flatMap(([start, end]) => {
      const json = toJson(dataOf(text.slice(start, end)))
      return json === undefined ? [] : [event(json)]
    })
  return {
    hear(text) {
      rest += text
      const end = endOfLastEvent(rest)
      const complete = rest.slice(0, end)
      rest = rest.slice(end)
      return read(complete)
    },
    end: () => read(rest),
  }
}

function hearWhole({ whole }: Language): Hearing {
  const parts: string[] = []
  return {
    hear(text) {
      parts.push(text)
      return []
    },
    end() {
      const json: JsonObject | undefined = toJson(parts.join('').trim())
      return json === undefined ? [] : [whole(json)]
    },
  }
}

/** Lets so much through, says once that it stops, and nothing from then on. */
function createCut(): (text: string) => string {
  let left = MOST
  return text => {
    if (left < 0) return ''
    left -= text.length
    return left >= 0 ? text : `${text.slice(0, left)}\n… cut here: the rest is too long to be shown`
  }
}
