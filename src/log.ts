import {
  ansiColorFormatter,
  configureSync,
  getConfig,
  getLogger,
  type LogLevel,
  type LogRecord,
} from '@logtape/logtape'

/** Structured and levelled. Facts are plain values; a credential or a body is never one of them. */
export interface Log {
  debug(message: string, facts?: Facts): void
  info(message: string, facts?: Facts): void
  warn(message: string, facts?: Facts): void
  error(message: string, facts?: Facts): void
}
type Facts = Readonly<Record<string, unknown>>

export interface LogOptions {
  readonly level: LogLevel
  readonly pretty: boolean
  /** Which of several processes it is that writes. */
  readonly worker?: number
  /** Takes finished lines, line break included. */
  readonly write: (lines: string) => void
}

/** Starts logging for the process. */
export function openLog({ level, pretty, worker, write }: LogOptions): void {
  const plain = pretty ? toPretty : createJson()
  const format =
    worker === undefined
      ? plain
      : (record: LogRecord) => plain({ ...record, properties: { ...record.properties, worker } })
  let pending: LogRecord[] = []
  const flush = () => {
    const records = pending
    pending = []
    write(records.map(attempt).join(''))
  }
  /** What cannot be written is said to be so, and keeps no other line from being written. */
  const attempt = (record: LogRecord): string => {
    try {
      return format(record)
    } catch (error) {
      return format({ ...record, properties: { unwritable: String(error) } })
    }
  }
  const out = (record: LogRecord) => {
    // Lines of the same moment are written together: one call of the system, and no work within a request.
    if (pending.push(record) === 1) setTimeout(flush, 20)
  }
  configureSync({
    reset: true,
    sinks: { out },
    loggers: [
      { category: 'modelway', lowestLevel: level, sinks: ['out'] },
      { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: ['out'] },
    ],
  })
}

/** One line each, whatever the values hold: JSON escapes what could fake another one. */
function createJson(): (record: LogRecord) => string {
  let [at, time] = [Number.NaN, '']
  return ({ timestamp, level, category, message, properties }) => {
    if (timestamp !== at) [at, time] = [timestamp, new Date(timestamp).toISOString()]
    const head = `{"time":"${time}","level":"${level}","log":"${category.at(-1)}","message":${JSON.stringify(message[0])}`
    const facts = JSON.stringify(properties)
    return facts === '{}' ? `${head}}\n` : `${head},${facts.slice(1)}\n`
  }
}

const toPretty = (record: LogRecord): string => {
  const facts = Object.entries(record.properties).filter(([, value]) => value !== undefined)
  return ansiColorFormatter(record).trimEnd() + facts.map(toPair).join('') + '\n'
}

const toPair = ([key, value]: [string, unknown]): string =>
  ` ${key}=${typeof value === 'string' && /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value)}`

/** The log of one plugin, or of the gateway itself. */
export function createLog(name: string): Log {
  const category = ['modelway', name]
  const logger = getLogger(category)
  const levels = ['debug', 'info', 'warning', 'error'] as const
  // Which levels are on changes with the configuration only, and to find out takes longer than to write a record.
  let configured: ReturnType<typeof getConfig>
  let on: readonly LogLevel[] = []
  function isOn(level: LogLevel): boolean {
    const config = getConfig()
    if (config !== configured) {
      configured = config
      on = levels.filter(level => logger.isEnabledFor(level))
    }
    return on.includes(level)
  }
  // Records go to the sink ready-made: messages here are plain words, not templates to be filled in, and there is one
  // for every request.
  const write =
    (level: LogLevel) =>
    (message: string, properties: Facts = {}) => {
      if (!isOn(level)) return
      const record = {
        category,
        level,
        message: [message],
        rawMessage: message,
        timestamp: Date.now(),
        properties,
      }
      getConfig()?.sinks.out?.(record)
    }
  return { debug: write('debug'), info: write('info'), warn: write('warning'), error: write('error') }
}
