import fc from 'fast-check'
import { read as readTold } from '../../../plugins/dialects/openai-chat/shape.ts'
import type { JsonObject } from '../../../src/types.ts'

export const read = (body: JsonObject): JsonObject => readTold(body, () => {})
/** Nothing of the body is lost. */
export const readAll = (body: JsonObject): JsonObject =>
  readTold(body, line => {
    throw new Error(`Told: ${line}`)
  })

/** A conversation that all three languages can tell, from which each test writes its own shape. */
export interface Turn {
  readonly user: readonly Piece[]
  readonly said: string
  readonly calls: readonly {
    readonly id: string
    readonly name: string
    readonly input: JsonObject
    readonly result: string
  }[]
}
export type Piece =
  | { readonly text: string }
  | { readonly png: string }
  | { readonly url: string }
  | { readonly pdf: string }

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const base64 = fc.base64String({ minLength: 4, maxLength: 12 })
const piece: fc.Arbitrary<Piece> = fc.oneof(
  fc.record({ text: words }),
  fc.record({ png: base64 }),
  fc.record({ url: fc.webUrl() }),
  fc.record({ pdf: base64 }),
)
const name = fc.stringMatching(/^[a-z_]{1,8}$/)
const turn: fc.Arbitrary<Turn> = fc.record({
  user: fc.array(piece, { minLength: 1, maxLength: 3 }),
  said: words,
  calls: fc.array(
    fc.record({ id: fc.uuid(), name, input: fc.dictionary(name, words, { maxKeys: 2 }), result: words }),
    { maxLength: 3 },
  ),
})
const tool = fc.record({
  name,
  description: words,
  schema: fc.constant({ type: 'object', properties: { a: { type: 'string' } } }),
})
export const talks = fc.record({
  system: words,
  turns: fc.array(turn, { minLength: 1, maxLength: 4 }),
  tools: fc.uniqueArray(tool, { minLength: 1, maxLength: 3, selector: ({ name }) => name }),
  choice: fc.constantFrom('auto', 'any', 'none', 'tool', undefined),
  limit: fc.integer({ min: 1, max: 9999 }),
  temperature: fc.constantFrom(0, 0.5, 1),
  stream: fc.boolean(),
})
export type Talk = typeof talks extends fc.Arbitrary<infer T> ? T : never

const chatPiece = (each: Piece): object =>
  'text' in each
    ? { type: 'text', text: each.text }
    : 'png' in each
      ? { type: 'image_url', image_url: { url: `data:image/png;base64,${each.png}` } }
      : 'url' in each
        ? { type: 'image_url', image_url: { url: each.url } }
        : { type: 'file', file: { file_data: `data:application/pdf;base64,${each.pdf}`, filename: 'a.pdf' } }
const chatTool = ({ name, description, schema }: Talk['tools'][number]) => ({
  type: 'function',
  function: { name, description, parameters: schema },
})
const chatChoice = ({ choice, tools }: Talk) =>
  choice === undefined
    ? {}
    : {
        tool_choice:
          choice === 'tool'
            ? { type: 'function', function: { name: tools[0]!.name } }
            : choice === 'any'
              ? 'required'
              : choice,
      }
const chatCalls = (calls: Turn['calls']) =>
  calls.length === 0
    ? {}
    : {
        tool_calls: calls.map(({ id, name, input }) => ({
          id,
          type: 'function',
          function: { name, arguments: JSON.stringify(input) },
        })),
      }
export const shared = ({ temperature, stream }: Talk) => ({ model: 'm', temperature, stream })

export const toChat = (
  talk: Talk,
  limit: 'max_tokens' | 'max_completion_tokens',
  wrap: (said: string) => unknown,
): JsonObject => ({
  ...shared(talk),
  [limit]: talk.limit,
  tools: talk.tools.map(chatTool),
  ...chatChoice(talk),
  messages: [
    { role: 'system', content: talk.system },
    ...talk.turns.flatMap(({ user, said, calls }) => [
      { role: 'user', content: user.map(chatPiece) },
      { role: 'assistant', content: wrap(said), ...chatCalls(calls) },
      ...calls.map(({ id, result }) => ({ role: 'tool', tool_call_id: id, content: result })),
    ]),
  ],
})
