import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** An answer of a real provider, as it came over the wire. */
export interface Recording {
  /** `groq/groq-text.json` */
  readonly name: string
  readonly kind: 'whole' | 'stream'
  readonly text: string
  /** The last usage that it reports, as the provider wrote it. */
  readonly usage: Readonly<Record<string, unknown>> | undefined
}

export const folder = process.env.FIXTURES_DIR ?? join(import.meta.dir, '../../../shared/fixtures')

type Json = Readonly<Record<string, unknown>>

function parse(text: string): Json | undefined {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Json) : undefined
  } catch {
    return undefined
  }
}

const usageOf = (events: readonly (Json | undefined)[]): Json | undefined =>
  events
    .map(event => event?.usage)
    .filter(usage => typeof usage === 'object' && usage !== null)
    .at(-1) as Json | undefined

/** Lines of a list of payloads, or the `data` lines of a raw stream. */
function toStream(name: string, text: string): Recording | undefined {
  const isRaw = /^(?:event|data):/m.test(text)
  const lines = text.split(/\r?\n/)
  const payloads = isRaw
    ? lines.filter(line => line.startsWith('data:')).map(line => line.slice(5).trim())
    : lines.filter(line => line.trim() !== '')
  const events = payloads.map(parse)
  if (!events.some(event => Array.isArray(event?.choices))) return undefined
  const framed = [...payloads.filter(payload => payload !== '[DONE]'), '[DONE]']
  const stream = isRaw ? text : framed.map(payload => `data: ${payload}\n\n`).join('')
  return { name, kind: 'stream', text: stream, usage: usageOf(events) }
}

function toWhole(name: string, text: string): Recording | undefined {
  const json = parse(text)
  return Array.isArray(json?.choices) ? { name, kind: 'whole', text, usage: usageOf([json]) } : undefined
}

/** All recordings in the shape of OpenAI's chat: those that have `choices`. */
export async function findRecordings(): Promise<readonly Recording[]> {
  if (!existsSync(folder)) return []
  const names = [...new Bun.Glob('**/*.{json,txt}').scanSync(folder)].sort()
  const found = await Promise.all(
    names.map(async name => {
      const text = await Bun.file(join(folder, name)).text()
      return name.endsWith('.json') ? toWhole(name, text) : toStream(name, text)
    }),
  )
  return found.filter(recording => recording !== undefined)
}
