import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { isObject } from '../../../src/contract/loose-json.ts'
import { pack } from '../../../src/translate/carrier.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Output } from './output.ts'

/** The client wants to go on with a summary: it asks for one in place of an answer. */
export function isCompacting({ input }: JsonObject): boolean {
  const last = Array.isArray(input) ? input.at(-1) : undefined
  return isObject(last) && last.type === 'compaction_trigger'
}

/** The same body, for a model that only writes: tools stay known, because the conversation is full of their calls. */
export const asCompacting = (body: JsonObject): JsonObject => ({
  ...body,
  tool_choice: 'none',
  text: null,
})

/** What a model is told that cannot compact by itself. */
export const TASK = `Write a summary of this conversation, in place of an answer. Whoever goes on with the work will see \
it and some of the user's messages, and nothing else. Say what the user wants and what else they asked for, what was done \
and decided, what was found out (with the names of files, commands and values that matter), and what remains to be done, \
step by step. Write nothing but the summary, and call no tools.`

/** Gathers what a model writes into the one item that stands for the conversation so far. */
export function createSummary(output: Output, model: string) {
  let words = ''
  return {
    take(part: LanguageModelV4StreamPart): void {
      if (part.type === 'text-delta') words += part.delta
    },
    /** False where the model has written nothing: an empty summary would lose the conversation. */
    close(): boolean {
      const summary = words.trim()
      if (summary === '') return false
      const item = {
        type: 'compaction',
        encrypted_content: pack({ model, summary }),
      }
      output.addWhole('cmp', item, item)
      return true
    },
  }
}
