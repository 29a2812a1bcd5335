import type { LanguageModelV4Message, LanguageModelV4ReasoningPart } from '@ai-sdk/provider'
import { isObject, textOf } from '../../../src/contract/loose-json.ts'
import { entryOf, nameAt, objectAt, textAt, unknownKind } from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'
import { optionsFor } from './carry.ts'
import type { Reading } from './kin.ts'
import { readInline } from './sources.ts'

type Content = Extract<LanguageModelV4Message, { role: 'assistant' }>['content']
type Part = Content[number]
type Reader = (part: JsonObject, at: string, reading: Reading) => Part[]

/** What the model said before. */
export function readModel(parts: readonly JsonObject[], at: string, reading: Reading): Content {
  const content: Part[] = []
  /** Clients keep the pieces of a stream as they came; the last one of a thought signs all of it. */
  let thought = ''
  for (const [i, part] of parts.entries()) {
    const place = `${at}[${i}]`
    if (part.thought === true && part.text != null) {
      thought += textAt(part.text, `${place}.text`)
      const next = parts[i + 1]
      if (part.thoughtSignature == null && next?.thought === true && next.text != null) continue
      content.push(...readThought(thought, part.thoughtSignature, reading))
      thought = ''
    } else content.push(...signed(readPart(part, place, reading), part, reading))
  }
  return joined(content)
}

/**
 * A thought goes back to whom it came from, and to nobody else: other models are not made for it, and many providers
 * refuse it. Bare words go where they are taken without a signature.
 */
function readThought(text: string, signature: unknown, { kin }: Reading): LanguageModelV4ReasoningPart[] {
  const providerOptions = optionsFor(signature, kin)
  if (providerOptions !== undefined && kin.key !== 'compatible')
    return [{ type: 'reasoning', text, providerOptions }]
  const isTaken = kin.isGoogle || kin.takesPlainThoughts === true
  return isTaken && text !== '' ? [{ type: 'reasoning', text }] : []
}

/** Google signs texts, calls and pictures, too. */
function signed(made: readonly Part[], { thoughtSignature }: JsonObject, { kin }: Reading): Part[] {
  const providerOptions = optionsFor(thoughtSignature, kin)
  if (providerOptions === undefined) return made.filter(part => part.type !== 'text' || part.text !== '')
  return made.map(part => ({ ...part, providerOptions }))
}

/** Texts that came piece by piece are one. */
function joined(content: readonly Part[]): Part[] {
  const all: Part[] = []
  for (const part of content) {
    const last = all.at(-1)
    if (part.type === 'text' && last?.type === 'text' && last.providerOptions === undefined)
      all[all.length - 1] = { ...part, text: last.text + part.text }
    else all.push(part)
  }
  return all
}

function readPart(part: JsonObject, at: string, reading: Reading): Part[] {
  const kind = Object.keys(readers).find(name => part[name] != null)
  const read = entryOf(readers, kind)
  if (read !== undefined) return read(part, at, reading)
  const [other] = Object.keys(part).filter(name => name !== 'thoughtSignature' && name !== 'thought')
  if (other === undefined) return []
  return unknownKind(
    other,
    `${at}.${other.slice(0, 80)}`,
    `is nothing that a model says: use ${Object.keys(readers).join(', ')}`,
  )
}

/** What ran at Google is known there only. */
const servedAtGoogle: Reader = (_, at, { warn }) => {
  warn(`${at}: what a tool did at Google is not told to this provider`)
  return []
}

const readers: Readonly<Record<string, Reader>> = {
  functionCall(part, at, { calls }) {
    const { id, name, args } = objectAt(part.functionCall, `${at}.functionCall`)
    const toolName = nameAt(name, `${at}.functionCall.name`)
    const own = id == null || id === '' ? undefined : textAt(id, `${at}.functionCall.id`)
    const input = args == null ? {} : objectAt(args, `${at}.functionCall.args`)
    return [{ type: 'tool-call', toolCallId: calls.called(toolName, own).id, toolName, input }]
  },
  inlineData(part, at, reading) {
    if (reading.kin.isGoogle) return [readInline(part, at, reading)]
    reading.warn(`${at}: this provider takes no files in a turn of its model, and does not see it`)
    return []
  },
  fileData(_, at, { warn }) {
    warn(`${at}: this provider takes no files in a turn of its model, and does not see it`)
    return []
  },
  // Code that a model ran is a part of what it said.
  executableCode: ({ executableCode }) => {
    const { language, code } = isObject(executableCode) ? executableCode : {}
    return [{ type: 'text', text: `\n\`\`\`${textOf(language).toLowerCase()}\n${textOf(code)}\n\`\`\`\n` }]
  },
  codeExecutionResult: ({ codeExecutionResult }) => {
    const { output } = isObject(codeExecutionResult) ? codeExecutionResult : {}
    return [{ type: 'text', text: `\n\`\`\`\n${textOf(output)}\n\`\`\`\n` }]
  },
  toolCall: servedAtGoogle,
  toolResponse: servedAtGoogle,
  text: ({ text }, at) => [{ type: 'text', text: textAt(text, `${at}.text`) }],
}
