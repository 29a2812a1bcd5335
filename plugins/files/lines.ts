import type { Bytes } from '../../src/base/bytes.ts'
import { refuse } from '../../src/errors.ts'
import { parseJson } from '../../src/request/json.ts'
import type { JsonObject } from '../../src/types.ts'
import { at, placeOf } from './gate.ts'
import type { Gate } from './model.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })
const encoder = new TextEncoder()
const LINE_FEED = 10
/** So long (milliseconds) a file may keep the thread that serves everybody. */
const TURN = 8

interface Line {
  readonly name: string
  readonly text: string
  readonly start: number
  readonly end: number
  /** Of the whole line in the file. */
  readonly from: number
  readonly to: number
}

/**
 * The file of a batch, one request in each line (https://platform.openai.com/docs/guides/batch): every model goes
 * through the gate, and gets the name that the provider knows it by. What else a line names must be the caller's. All
 * other bytes stay.
 *
 * @throws Refusal that names the line.
 */
export async function passLines(bytes: Bytes, gate: Gate): Promise<readonly Bytes[]> {
  const lines: Line[] = []
  let until = performance.now() + TURN
  const rest = async () => {
    if (performance.now() < until) return
    await new Promise(resolve => setTimeout(resolve, 0))
    until = performance.now() + TURN
  }
  let number = 0
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(LINE_FEED, from)
    const to = end < 0 ? bytes.length : end
    const where = `Line ${++number}`
    const line = at(where, () => readLine(bytes.subarray(from, to)))
    if (line !== undefined) {
      const { json, ...kept } = line
      await gate.take(line.name, where)
      const looking = gate.look({ text: line.text, json, holder: 'body' }, where)
      if (looking !== undefined) await looking
      lines.push({ ...kept, from, to })
    }
    from = to + 1
    await rest()
  }
  if (lines.length === 0)
    refuse('invalid_request', 'The file has no lines: each holds one request', { param: 'file' })
  const out: Bytes[] = []
  let done = 0
  for (const { name, text, start, end, from, to } of lines) {
    const model = gate.modelOf(name)
    if (JSON.parse(text.slice(start, end)) === model) continue
    out.push(bytes.subarray(done, from))
    out.push(encoder.encode(text.slice(0, start) + JSON.stringify(model) + text.slice(end)))
    done = to
    await rest()
  }
  out.push(bytes.subarray(done))
  return out
}

/** Undefined for an empty line. */
function readLine(bytes: Bytes) {
  const text = decode(bytes)
  if (text.trim() === '') return undefined
  // To some readers it ends a line, and what stands between two of them would be a request that nobody has checked.
  if (text.trimEnd().includes('\r')) refuse('invalid_request', 'It holds a carriage return')
  const json = parseJson(text)
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    refuse('invalid_request', 'It must be a JSON object')
  return { text, json: json as JsonObject, ...placeOf(text, 'body') }
}

function decode(bytes: Bytes): string {
  try {
    return decoder.decode(bytes)
  } catch {
    return refuse('invalid_request', 'It is not valid UTF-8')
  }
}
