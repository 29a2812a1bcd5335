/**
 * The HTTP/1.1 parser that comes with the runtime: llhttp, the one of Node. It has no public door, only the one through
 * which the runtime's own `node:http` goes.
 */
interface ParserClass {
  new (): Parser
  readonly RESPONSE: number
  readonly kOnMessageBegin: number
  readonly kOnHeaders: number
  readonly kOnHeadersComplete: number
  readonly kOnBody: number
  readonly kOnMessageComplete: number
}

interface Parser {
  initialize(type: number, resource: object, headerLimit: number): void
  /** How many bytes were understood, or why they were not. */
  execute(bytes: Uint8Array): number | Error
  /** The connection has ended: an error where an answer was under way that does not end so. */
  finish(): Error | undefined
  [callback: number]: unknown
}

/** Heads that are larger are broken (bytes). */
const HEADER_LIMIT = 256 * 1024

export interface ParsedHead {
  readonly status: number
  readonly statusText: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
  /** The connection ends behind it. */
  readonly isLast: boolean
}

export interface ParserEvents {
  onBegin(): void
  /** The head of an answer. True where no body follows, whatever it says. */
  onHead(head: ParsedHead): boolean
  onBody(bytes: Uint8Array<ArrayBuffer>): unknown
  onEnd(): void
}

const { HTTPParser } = process.getBuiltinModule('_http_common') as unknown as { HTTPParser: ParserClass }

/** One for each connection: it reads all its answers, one behind the other. */
export function createParser(events: ParserEvents): Pick<Parser, 'execute' | 'finish'> {
  const parser = new HTTPParser()
  parser.initialize(HTTPParser.RESPONSE, {}, HEADER_LIMIT)
  parser[HTTPParser.kOnMessageBegin] = events.onBegin
  // Many headers come in batches; those that follow a body do not matter to anybody.
  let early: string[] = []
  parser[HTTPParser.kOnHeaders] = (headers: string[]) => {
    early.push(...headers)
  }
  parser[HTTPParser.kOnHeadersComplete] = (
    ...[, , headers, , , status, statusText, , isKept]: [
      major: number,
      minor: number,
      headers: string[] | undefined,
      method: unknown,
      url: unknown,
      status: number,
      statusText: string,
      isUpgrade: boolean,
      isKept: boolean,
    ]
  ) => {
    const all = early.length === 0 ? (headers ?? []) : [...early, ...(headers ?? [])]
    early = []
    return events.onHead({ status, statusText, headers: all, isLast: !isKept }) ? 1 : 0
  }
  parser[HTTPParser.kOnBody] = (bytes: Uint8Array<ArrayBuffer>) => events.onBody(bytes)
  parser[HTTPParser.kOnMessageComplete] = () => {
    early = []
    events.onEnd()
  }
  return parser
}
