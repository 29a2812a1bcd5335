import { type Heard, type Json, objectOr, type Part } from '../../mock/heard.ts'
import { languageOf } from '../../mock/languages.ts'
import type { Plan, ToolCall } from '../../mock/plan.ts'
import type { Recorded } from '../../mock/provider.ts'
import { PICTURE } from '../cases/shared.ts'

/** One turn of a conversation with an agent: what the model says, and what the agent does with it. */
export interface Turn {
  readonly plan: Plan
  /** What the tools return, by the id of the call. */
  readonly results: Readonly<Record<string, Result>>
  /** What the user says where no tool was called. */
  readonly user?: string
  /** The user presses escape in the middle, and says something else. */
  readonly isAborted?: true
}

export interface Result {
  readonly text: string
  /** A screenshot beside the text. */
  readonly picture?: string
  readonly isError?: true
}

/** More than twenty turns with everything that agents do: no two calls have the same id. */
export function scriptOf(rename: (call: ToolCall, turn: number) => ToolCall = call => call): readonly Turn[] {
  const call = (turn: number, i: number, name: string, given: Json): ToolCall =>
    rename({ id: `call_${turn}_${i}`, name, arguments: given }, turn)
  const build = (turn: number): Turn => {
    const proof = btoa(`proof of turn ${turn}`)
    const path = `src/größe-${turn}.ts`
    const read = call(turn, 0, 'read', { path, limit: turn })
    const shell = call(turn, 1, 'bash', { command: `printf '%s\\n' "${turn}" | sort`, timeout: 1000 })
    const ids = [read.id!, shell.id!] as const
    switch (turn % 6) {
      case 0:
        return {
          plan: { reasoning: `Thought ${turn}.`, proof, text: `I look at ${path}.`, toolCall: read },
          results: { [ids[0]]: { text: `export const size = ${turn} // €` } },
        }
      case 1:
        return {
          plan: { reasoning: `Two at once, ${turn}.`, proof, toolCall: [read, shell] },
          results: { [ids[0]]: { text: 'one' }, [ids[1]]: { text: `${turn}\n` } },
        }
      case 2:
        return {
          plan: { text: `Done with ${turn}: “as asked”.` },
          results: {},
          user: `Go on, ${turn}. [[]]`,
        }
      case 3:
        return {
          plan: { reasoning: `A screenshot ${turn}.`, proof, toolCall: read },
          results: { [ids[0]]: { text: 'seen', picture: PICTURE } },
        }
      case 4:
        return {
          plan: { toolCall: shell },
          results: { [ids[1]]: { text: 'exit code 1', isError: true } },
        }
      default:
        return {
          plan: { text: `A long story ${turn} that nobody wants to hear to its end.`, gapMs: 2 },
          results: {},
          isAborted: true,
          user: `Stop. Do ${turn} another way.`,
        }
    }
  }
  return Array.from({ length: 24 }, (_, turn) => build(turn))
}

/**
 * The model calls tools as they were declared to it: one that takes a free text becomes, where there are only functions,
 * a function with one text.
 */
export function asDeclared(plan: Plan, request: Recorded): Plan {
  if (plan.toolCall === undefined) return plan
  const { tools = [] } = heardIn(request)
  const toolCall = [plan.toolCall].flat().map(call => {
    const [only] = Object.keys(
      objectOr(objectOr(tools.find(({ name }) => name === call.name)?.parameters).properties),
    )
    const isFree = typeof call.arguments === 'string' && only !== undefined
    return isFree ? { ...call, arguments: { [only]: call.arguments } } : call
  })
  return { ...plan, toolCall }
}

/** What the provider understood of a request, in whatever language it came. */
export function heardIn(request: Recorded): Heard {
  const incoming = { method: request.method, path: request.path, head: '', body: Buffer.from(request.body) }
  return languageOf(incoming)!.toAsk(request.json!, incoming).heard()
}

/** Where a result has no place for a picture, some words say what the picture behind it belongs to. */
const ANNOUNCED = /^(?:Result of tool call |Tool executed successfully and returned this image)/

/** What has to arrive anywhere: who said what, which tool was called with what, what came of it. */
export function essence({ system, turns, tools }: Heard) {
  const simple = (part: Part): object[] => {
    if ('thought' in part) return []
    if ('call' in part) return [{ call: part.call, id: part.id, input: part.input }]
    if ('result' in part) return [{ result: part.result, output: part.output }]
    return 'text' in part && ANNOUNCED.test(part.text) ? [] : [part]
  }
  return {
    system: system?.replace(/\n+/g, '\n'),
    tools: tools?.map(({ name }) => name),
    turns: turns
      .map(({ role, parts }) => ({ role, parts: parts.flatMap(simple) }))
      .filter(({ parts }) => parts.length > 0),
  }
}

/** The proofs of thoughts that came back to who gave them. */
export const proofsIn = ({ turns }: Heard): string[] =>
  turns.flatMap(({ parts }) => parts.flatMap(part => ('proof' in part && part.proof ? [part.proof] : [])))

/** The proofs that the model gave so far. */
export const proofsOf = (turns: readonly Turn[]): string[] =>
  turns.flatMap(({ plan }) => (plan.proof === undefined ? [] : [plan.proof]))
