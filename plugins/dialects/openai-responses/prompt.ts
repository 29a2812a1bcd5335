import type { LanguageModelV4Message } from '@ai-sdk/provider'
import { argumentsOf, isObject, listOf } from '../../../src/contract/loose-json.ts'
import {
  arrayAt,
  entryOf,
  nameAt,
  objectAt,
  shown,
  textAt,
  unknownKind,
  unsupported,
  wordAt,
  wrong,
} from '../../../src/request/border.ts'
import type { Carried } from '../../../src/translate/carrier.ts'
import { withUser } from '../../../src/translate/only-system.ts'
import type { JsonObject } from '../../../src/types.ts'
import { optionsFor, summaryIn, unpack } from './carry.ts'
import type { Catalogue, ToolKind } from './catalogue.ts'
import { TASK } from './compaction.ts'
import { isText, readAgentWords, readContent, readText, readWords, text, type Warn } from './content.ts'
import type { Kin } from './kin.ts'
import { callIdOf, results } from './results.ts'
import { isDeed, readDeed } from './served.ts'
import { createTurns, type Turns } from './turns.ts'

export interface PromptReading {
  readonly kin: Kin
  readonly catalogue: Catalogue
  readonly warn: Warn
}

interface Reading extends PromptReading {
  readonly turns: Turns
  /** What was carried for each tool call; where an id stands twice, for the one that comes next. */
  readonly carried: Map<string, Carried>
  /** Where the last item stands. */
  readonly last: string
}

/** The whole conversation. */
export function toPrompt(
  { instructions, input }: JsonObject,
  given: PromptReading,
): LanguageModelV4Message[] {
  const turns = createTurns()
  if (instructions != null && instructions !== '')
    turns.add({ role: 'system', content: readText(instructions, 'instructions') })
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : arrayAt(input, 'input')
  if (items.length === 0) wrong('input', 'is empty: send a text, or at least one item')
  const last = `input[${items.length - 1}]`
  const reading: Reading = { ...given, turns, carried: findCarried(items), last }
  for (const [i, each] of items.entries()) readItem(objectAt(each, `input[${i}]`), `input[${i}]`, reading)
  const open = turns.unanswered()
  if (open !== undefined)
    wrong(
      open.at,
      `is a call that has no output (${open.id.slice(0, 80)}): send one of type "…_output" for it`,
    )
  if (turns.isEmpty()) wrong('input', 'says nothing: send at least one message')
  if (turns.endsWithModel() && !given.kin.isClaude)
    given.warn(`${last}: this provider may begin a new answer instead of continuing yours`)
  return given.kin.hasLateSystem ? turns.messages() : withUser(turns.messages())
}

function findCarried(items: readonly unknown[]): Map<string, Carried> {
  const found = new Map<string, Carried>()
  for (const item of items) {
    const carried = isObject(item) ? unpack(item.encrypted_content) : undefined
    if (carried?.call !== undefined) found.set(carried.call, carried)
  }
  return found
}

function readItem(item: JsonObject, at: string, reading: Reading): void {
  const type = item.type ?? (item.role === undefined ? 'item_reference' : 'message')
  if (isHostedSearch(type, item)) return
  const read = entryOf(items, type)
  if (typeof type === 'string' && Object.hasOwn(results, type)) readResult(type, item, at, reading)
  else if (isDeed(type)) reading.turns.say(...readDeed(item, reading))
  else if (read !== undefined) read(item, at, reading)
  else if (typeof type === 'string' && FOREIGN.test(type))
    unsupported(`${at}.type`, `is ${shown(type)}, which this provider cannot read`)
  else unknownKind(type, `${at}.type`, `is ${shown(type)}: use ${Object.keys(items).join(', ')}`)
}

/** What only OpenAI understands, and what the answer would be another one without. */
const FOREIGN =
  /^(?:computer_call(?:_output)?|mcp_approval_\w+|program(?:_output)?|compaction(?:_\w+)?|configuration_update)$/

/** OpenAI looked among deferred tools; here they are all in the list. */
const isHostedSearch = (type: unknown, { call_id: id }: JsonObject): boolean =>
  (type === 'tool_search_call' || type === 'tool_search_output') && id == null

type Reader = (item: JsonObject, at: string, reading: Reading) => void

const items: Readonly<Record<string, Reader>> = {
  message: readMessage,
  function_call: (item, at, reading) => {
    const input = argumentsOf(textAt(item.arguments, `${at}.arguments`))
    readCall(item, at, reading, { kind: 'function', input })
  },
  custom_tool_call: (item, at, reading) =>
    readCall(item, at, reading, { kind: 'custom', input: { input: textAt(item.input, `${at}.input`) } }),
  local_shell_call: (item, at, reading) => {
    const { type: _, user: _user, ...input } = objectAt(item.action, `${at}.action`)
    readCall(item, at, reading, { kind: 'local_shell', input: present(input) })
  },
  shell_call: (item, at, reading) =>
    readCall(item, at, reading, { kind: 'shell', input: present(objectAt(item.action, `${at}.action`)) }),
  apply_patch_call: (item, at, reading) =>
    readCall(item, at, reading, {
      kind: 'apply_patch',
      input: { operation: objectAt(item.operation, `${at}.operation`) },
    }),
  tool_search_call: (item, at, reading) =>
    readCall(item, at, reading, {
      kind: 'tool_search',
      input: objectAt(item.arguments, `${at}.arguments`),
    }),
  compaction: readSummary,
  context_compaction: readSummary,
  compaction_trigger: (_, at, { turns, last }) => {
    if (at !== last) wrong(`${at}.type`, 'is "compaction_trigger", which is for the end of the input')
    turns.add({ role: 'user', content: [text(TASK)] })
  },
  // From another agent of the client's, which its words name.
  agent_message: (item, at, { turns }) => {
    const words = readAgentWords(item.content, `${at}.content`)
    if (words !== '') turns.add({ role: 'user', content: [text(words)] })
  },
  // They are in the catalogue.
  additional_tools: () => {},
  mcp_list_tools: (_, at, { warn }) =>
    warn(`${at}.type: tools that another provider could call are left out`),
  reasoning: readReasoning,
  item_reference: (item, at) => {
    nameAt(item.id, `${at}.id`)
    unsupported(`${at}.id`, 'refers to an item that this provider does not have: send the item itself')
  },
}

const present = (input: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null))

function readMessage(item: JsonObject, at: string, { turns, kin, warn }: Reading): void {
  const role = wordAt(item.role, `${at}.role`, ['user', 'assistant', 'system', 'developer'])
  const place = `${at}.content`
  if (role === 'user') {
    // Empty texts say nothing, and many providers refuse them.
    const content = readContent(item.content, place, warn).filter(part => !isText(part) || part.text !== '')
    if (content.length > 0) turns.add({ role, content })
  } else if (role === 'assistant') turns.say(...readSaid(item.content, place))
  else {
    const content = readText(item.content, place)
    if (content === '') return
    const isPlain = kin.hasLateSystem || turns.hasOnlySystem()
    const told = text(`<${role}_message>\n${content}\n</${role}_message>`)
    turns.add(isPlain ? { role: 'system', content } : { role: 'user', content: [told] })
  }
}

/** What was said before stands in it: without it there would be no conversation. */
function readSummary(item: JsonObject, at: string, { turns }: Reading): void {
  const summary =
    summaryIn(item) ?? unsupported(`${at}.type`, `is ${shown(item.type)}, which this provider cannot read`)
  turns.add({ role: 'user', content: [text(summary)] })
}

function readSaid(content: unknown, at: string) {
  if (typeof content === 'string') return content === '' ? [] : [text(content)]
  return arrayAt(content, at).flatMap((each, i) => {
    const words = readWords(each, `${at}[${i}]`)
    return words === '' ? [] : [text(words)]
  })
}

function readCall(
  item: JsonObject,
  at: string,
  { turns, catalogue, kin, carried }: Reading,
  { kind, input }: { kind: ToolKind; input: JsonObject },
): void {
  const id = nameAt(item.call_id, `${at}.call_id`)
  // Some vendors number their calls anew with every turn. Whose output is whose is clear while one is open at a time.
  if (turns.isOpen(id))
    wrong(`${at}.call_id`, `is that of a call before it that has no output yet (${id.slice(0, 80)})`)
  const name = kind === 'function' || kind === 'custom' ? nameAt(item.name, `${at}.name`) : kind
  const namespace = item.namespace == null ? undefined : textAt(item.namespace, `${at}.namespace`)
  const toolName = catalogue.flat(kind, name, namespace)
  const own = carried.get(id)
  const providerOptions = own && optionsFor(own, kin)
  const part = {
    type: 'tool-call' as const,
    toolCallId: id,
    toolName,
    input,
    ...(providerOptions && { providerOptions }),
  }
  turns.call(id, toolName, `${at}.call_id`, part)
}

function readResult(type: string, item: JsonObject, at: string, { turns, kin, warn }: Reading): void {
  const id = nameAt(callIdOf(item), `${at}.call_id`)
  const result = results[type]!(item, at, { kin, warn })
  if (!turns.answer(id, result))
    wrong(
      `${at}.call_id`,
      `answers no call before it (${id.slice(0, 80)}), or one that has its output already`,
    )
}

/**
 * A thought goes back to whom it came from, and to nobody else: other models are not made for it, and many providers
 * refuse it.
 */
function readReasoning(item: JsonObject, at: string, { turns, kin, carried: forCalls }: Reading): void {
  const summary = item.summary == null ? [] : arrayAt(item.summary, `${at}.summary`)
  const carried = unpack(item.encrypted_content)
  if (carried?.call !== undefined) forCalls.set(carried.call, carried)
  if (carried === undefined || carried.call !== undefined) return
  const words = [...summary, ...listOf(item.content)]
    .map(part => (isObject(part) && typeof part.text === 'string' ? part.text : ''))
    .join('\n\n')
  const providerOptions = optionsFor(carried, kin)
  const isBare = carried.options === undefined && carried.model === kin.model && !kin.isClaude
  if (providerOptions !== undefined) turns.say({ type: 'reasoning', text: words, providerOptions })
  else if (isBare && words !== '') turns.say({ type: 'reasoning', text: words })
}
