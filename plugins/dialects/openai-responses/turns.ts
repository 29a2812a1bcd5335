import type { LanguageModelV4Message, LanguageModelV4ToolResultPart } from '@ai-sdk/provider'
import { type Part, text } from './content.ts'
import type { Result } from './results.ts'

export type Said = Extract<LanguageModelV4Message, { role: 'assistant' }>['content']

/** What the model said until somebody answered, and what its tools gave back. */
interface Turn {
  readonly role: 'assistant'
  readonly said: Said
  readonly results: LanguageModelV4ToolResultPart[]
  readonly files: Part[]
}

type Entry = Turn | Extract<LanguageModelV4Message, { role: 'system' | 'user' }>

/**
 * Items of this language as messages. Results of tools stand right behind the turn that called for them, wherever the
 * client has put them: other languages know no other place.
 */
export function createTurns() {
  const entries: Entry[] = []
  const open = new Map<string, { turn: Turn; name: string; at: string }>()

  function turn(): Turn {
    const last = entries.at(-1)
    if (last?.role === 'assistant' && last.results.length === 0) return last
    const next: Turn = { role: 'assistant', said: [], results: [], files: [] }
    entries.push(next)
    return next
  }

  return {
    add: (message: Exclude<Entry, Turn>): void => void entries.push(message),
    isEmpty: (): boolean => entries.length === 0,
    /** The model has the last word, and there is no output of a tool behind it. */
    endsWithModel(): boolean {
      const last = entries.at(-1)
      return last?.role === 'assistant' && last.results.length === 0
    },
    hasOnlySystem: (): boolean => entries.every(({ role }) => role === 'system'),
    say: (...parts: Said): void => void (parts.length > 0 && turn().said.push(...parts)),
    call(id: string, name: string, at: string, part: Said[number]): void {
      const mine = turn()
      mine.said.push(part)
      open.set(id, { turn: mine, name, at })
    },
    /** False where there is no such call, or it was answered before. */
    answer(id: string, { output, files }: Result): boolean {
      const call = open.get(id)
      if (call === undefined) return false
      open.delete(id)
      const { turn: mine, name } = call
      mine.results.push({ type: 'tool-result', toolCallId: id, toolName: name, output })
      if (files.length > 0) mine.files.push(text(`Result of tool call ${id} (${name}):`), ...files)
      return true
    },
    /** A call of this id waits for its output. */
    isOpen: (id: string): boolean => open.has(id),
    /** Where the first call stands that nobody has answered. */
    unanswered: (): { id: string; at: string } | undefined => {
      const [first] = open
      return first === undefined ? undefined : { id: first[0], at: first[1].at }
    },
    messages: (): LanguageModelV4Message[] => entries.flatMap(toMessages),
  }
}

function toMessages(entry: Entry): LanguageModelV4Message[] {
  if (entry.role !== 'assistant') return [entry]
  const { said, results, files } = entry
  return [
    ...(said.length > 0 ? [{ role: 'assistant' as const, content: said }] : []),
    ...(results.length > 0 ? [{ role: 'tool' as const, content: results }] : []),
    ...(files.length > 0 ? [{ role: 'user' as const, content: files }] : []),
  ]
}

export type Turns = ReturnType<typeof createTurns>
