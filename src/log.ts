import {
  ansiColorFormatter,
  configureSync,
  getJsonLinesFormatter,
  getLogger,
  type LogLevel,
  type Sink,
} from '@logtape/logtape'

/** Structured and levelled. Facts are plain values; a credential or a body is never one of them. */
export interface Log {
  debug(message: string, facts?: Record<string, unknown>): void
  info(message: string, facts?: Record<string, unknown>): void
  warn(message: string, facts?: Record<string, unknown>): void
  error(message: string, facts?: Record<string, unknown>): void
}

export interface LogOptions {
  readonly level: LogLevel
  readonly pretty: boolean
  /** Takes finished lines, line break included. */
  readonly write: (lines: string) => void
}

/** Starts logging for the process. */
export function openLog({ level, pretty, write }: LogOptions): void {
  configureSync({
    reset: true,
    sinks: { out: createSink(pretty, write) },
    loggers: [
      { category: 'modelway', lowestLevel: level, sinks: ['out'] },
      { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: ['out'] },
    ],
  })
}

/** Lines of the same turn of the event loop leave in one write. */
function createSink(pretty: boolean, write: (lines: string) => void): Sink {
  const json = getJsonLinesFormatter({ categorySeparator: '.', message: 'rendered', properties: 'flatten' })
  let pending = ''
  return record => {
    if (pending === '') {
      setTimeout(() => {
        const lines = pending
        pending = ''
        write(lines)
      }, 20)
    }
    pending += pretty
      ? ansiColorFormatter(record).trimEnd() + factsOf(record.properties) + '\n'
      : json(record)
  }
}

/** `key=value` behind a pretty line; control characters in values cannot fake another line. */
const factsOf = (facts: Record<string, unknown>): string =>
  Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}=${typeof value === 'string' && /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value)}`,
    )
    .join('')

/** The log of one plugin, or of the gateway itself. */
export function createLog(name: string): Log {
  const logger = getLogger(['modelway', name])
  return {
    debug: (message, facts) => logger.debug(message, facts ?? {}),
    info: (message, facts) => logger.info(message, facts ?? {}),
    warn: (message, facts) => logger.warn(message, facts ?? {}),
    error: (message, facts) => logger.error(message, facts ?? {}),
  }
}
