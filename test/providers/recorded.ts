import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { folder } from '../sdk/recordings.ts'

/** Names and texts of the recordings of one provider that end so. */
export function recordings(provider: string, ending: '.json' | '.chunks.txt'): readonly [string, string][] {
  const path = join(folder, provider)
  if (!existsSync(path)) return []
  return readdirSync(path)
    .filter(name => name.endsWith(ending))
    .sort()
    .map(name => [`${provider}/${name}`, readFileSync(join(path, name), 'utf8')])
}

export const linesOf = (text: string): string[] => text.split(/\r?\n/).filter(line => line.trim() !== '')

/** A call that has the tools that recordings call. */
export const options: LanguageModelV4CallOptions = {
  prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
}

/** What an answer says, whichever way it came. */
export interface Said {
  text: string
  reasoning: string
  calls: { name: string; input: string }[]
  finish: string | undefined
  input: number | undefined
  output: number | undefined
}

export async function readStream(stream: ReadableStream<LanguageModelV4StreamPart>): Promise<Said> {
  const said: Said = {
    text: '',
    reasoning: '',
    calls: [],
    finish: undefined,
    input: undefined,
    output: undefined,
  }
  for await (const part of stream) {
    if (part.type === 'text-delta') said.text += part.delta
    if (part.type === 'reasoning-delta') said.reasoning += part.delta
    if (part.type === 'tool-call') said.calls.push({ name: part.toolName, input: part.input })
    if (part.type === 'error') throw part.error
    if (part.type === 'finish') {
      said.finish = part.finishReason.unified
      said.input = part.usage.inputTokens.total
      said.output = part.usage.outputTokens.total
    }
  }
  return said
}
