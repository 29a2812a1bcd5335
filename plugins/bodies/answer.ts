import type { KeptAnswer } from '../usage/model.ts'
import type { Stored } from './store.ts'

/** Characters of an answer that people are shown. */
const MOST = 20_000
/** Fields that hold what a model says to people, or what holds it, in all languages and in events that were put together. */
const SAYING = [
  'answer',
  'choices',
  'candidates',
  'message',
  'output',
  'content',
  'parts',
  'text',
  'delta',
] as const
/** Events of a stream that say something else than text, or repeat what was said. */
const OTHER = /^response\.(?!output_text\.delta$)/

/** What was said, for people to read; where nothing was said, a tool called, say, the answer as it is kept. */
export function textOf(row: Stored | undefined): KeptAnswer | undefined {
  if (row?.response == null) return undefined
  const value = parsed(row.response)
  const text = saidIn(value).join('') || JSON.stringify(value, null, 2)
  return { text: text.slice(0, MOST), isCut: row.isResponseCut || text.length > MOST }
}

function saidIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(saidIn)
  if (typeof value !== 'object' || value === null) return []
  const fields = value as Readonly<Record<string, unknown>>
  if (typeof fields.type === 'string' && OTHER.test(fields.type)) return []
  return SAYING.flatMap(field => saidIn(fields[field]))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
