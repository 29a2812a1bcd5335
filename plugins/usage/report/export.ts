import type { Ask } from './answers.ts'
import { type Line, tokenParts, toLine } from './lines.ts'
import type { LogPage } from './log.ts'
import type { LogQuestion, Place } from './log-question.ts'

export const formats = ['csv', 'jsonl'] as const
export type Format = (typeof formats)[number]

/** Lines that are read, and sent, at once. */
const PAGE = 1000

const columns = [
  ...(['id', 'part', 'at', 'key', 'path', 'labels', 'session', 'dialect', 'operation', 'asked'] as const),
  ...(['virtual_model', 'chain', 'strategy', 'pick', 'provider', 'model', 'attempts', 'status'] as const),
  ...(['code', 'streamed', 'first_byte_ms', 'total_ms', 'finish', 'hung_up'] as const),
  ...(Object.keys(tokenParts) as (keyof typeof tokenParts)[]),
  ...(['billing', 'batch', 'cost_nano', 'price_source', 'price_version', 'terms'] as const),
  ...(['cached', 'saved_nano', 'similarity', 'queued_ms'] as const),
]

const writers: Readonly<Record<Format, { readonly head: string; readonly write: (line: Line) => string }>> = {
  jsonl: { head: '', write: line => `${JSON.stringify(line)}\n` },
  csv: {
    head: toRow(columns),
    write: line => {
      const cells: Readonly<Record<string, unknown>> = { ...line, ...line.tokens }
      return toRow(columns.map(column => cells[column]))
    },
  },
}

export const contentTypes = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl; charset=utf-8',
} as const satisfies Record<Format, string>

/**
 * All lines that a question chooses, oldest first, as a file. A page is read when the one before has been taken, so a
 * file of any size needs the memory of a page. Lines that are written meanwhile are left out.
 */
export async function exportLog(
  ask: Ask,
  format: Format,
  chosen: Pick<LogQuestion, 'period' | 'filters'>,
): Promise<ReadableStream<Uint8Array>> {
  const until = (await ask('edges', null)).newest ?? 0
  const read = (after?: Place) => ask('log', { ...chosen, after, until, limit: PAGE, order: 'oldest' })
  // Before the answer begins: what cannot be read is a refusal, not a broken file.
  let page: LogPage | undefined = await read()
  const { head, write } = writers[format]
  const encoder = new TextEncoder()
  let begin = head
  return new ReadableStream({
    async pull(controller) {
      while (page !== undefined) {
        const text = begin + page.rows.map(row => write(toLine(row))).join('')
        const { next } = page
        begin = ''
        if (text !== '') controller.enqueue(encoder.encode(text))
        page = next && (await read(next))
        if (text !== '' && page !== undefined) return
      }
      controller.close()
    },
  })
}

function toRow(values: readonly unknown[]): string {
  return `${values.map(toCell).join(',')}\r\n`
}

/**
 * A cell as RFC 4180 has it. Spreadsheets take text that begins with one of `= + - @`, in either width, a tab or a line end
 * for a formula, whoever wrote it: an apostrophe before it makes it text.
 */
function toCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
