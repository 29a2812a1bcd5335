/**
 * What a provider understands of a conversation, whatever language it was asked in. Two requests that mean the same are
 * heard the same: with the plan `hear` it is the text of the answer.
 */
export interface Heard {
  readonly system?: string
  readonly turns: readonly Turn[]
  readonly tools?: readonly HeardTool[]
  /** `auto`, `none`, `required`, or the name of the tool. */
  readonly choice?: string
  readonly isParallel?: boolean
  readonly limit?: number
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly seed?: number
  readonly frequencyPenalty?: number
  readonly presencePenalty?: number
  readonly stop?: readonly string[]
  /** JSON is wanted: of any shape, or of this one. */
  readonly format?: unknown
  readonly effort?: unknown
}

export interface Turn {
  readonly role: 'user' | 'assistant'
  readonly parts: readonly Part[]
}

export interface HeardTool {
  readonly name: string
  readonly description?: string
  readonly parameters?: unknown
}

export type Part =
  | { readonly text: string }
  | { readonly image: string }
  | { readonly file: string; readonly name?: string }
  | { readonly audio: string }
  | { readonly call: string; readonly id: string; readonly input: unknown; readonly proof?: string }
  | { readonly result: string; readonly output: string; readonly isError?: true }
  | { readonly thought: string; readonly proof?: string }
  /** What this provider has no word for: the type that it was given. */
  | { readonly unknown: string }

export type Json = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const objectOr = (value: unknown): Json => (isObject(value) ? value : {})
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined

/** Data of a picture or a file as a word that is short, and the same for the same bytes. */
export const printOf = (data: unknown): string => {
  const text = textOf(data).replace(/^data:[^,]*,/, '')
  return /^https?:/.test(text) ? text : `#${Bun.hash(text).toString(36)}`
}

/** Arguments as the object that they stand for; what is no JSON stays a text. */
export function inputOf(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

/** Turns of one side in a row are one turn, and texts in a row one text: languages differ in how they cut them. */
function mergeTurns(turns: readonly Turn[]): Turn[] {
  const merged: { role: Turn['role']; parts: Part[] }[] = []
  for (const { role, parts } of turns) {
    const last = merged.at(-1)
    if (last?.role === role) last.parts.push(...parts)
    else merged.push({ role, parts: [...parts] })
  }
  return merged
    .map(({ role, parts }) => ({ role, parts: mergeTexts(parts) }))
    .filter(turn => turn.parts.length > 0)
}

function mergeTexts(parts: readonly Part[]): Part[] {
  const merged: Part[] = []
  for (const part of parts) {
    const last = merged.at(-1)
    if ('text' in part && last && 'text' in last) merged[merged.length - 1] = { text: last.text + part.text }
    else if (!('text' in part) || part.text !== '') merged.push(part)
  }
  return merged
}

/** Fields without a value are left out, so that what was not said is not heard. */
export function hear(fields: { readonly [K in keyof Heard]: Heard[K] | undefined }): Heard {
  const said = Object.entries({ ...fields, turns: mergeTurns(fields.turns ?? []) }).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0) && value !== '',
  )
  return Object.fromEntries(said) as unknown as Heard
}

/** Four characters are a token, a message costs three more: the same count in every language. */
export function countHeard({ system, turns }: Heard): number {
  const lengths = turns.map(({ parts }) => {
    const [only] = parts
    return parts.length === 1 && only && 'text' in only ? only.text.length : JSON.stringify(parts).length
  })
  return [...(system === undefined ? [] : [system.length]), ...lengths].reduce(
    (sum, length) => sum + 3 + Math.ceil(length / 4),
    0,
  )
}
