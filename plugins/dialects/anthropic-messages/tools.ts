import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import { isObject, listOf, objectOf, textOf } from '../../../src/contract/loose-json.ts'
import type { Warn } from '../../../src/contract/provider.ts'
import type { Destination } from '../../../src/contract/translation.ts'
import { arrayAt, nameAt, objectAt, textAt, unsupported, wordAt, wrong } from '../../../src/request/border.ts'
import { isLacking } from '../../../src/translate/lacking.ts'
import { under } from '../../../src/translate/options.ts'
import type { JsonObject } from '../../../src/types.ts'
import { cached, withOptions } from './cache.ts'
import { type Kin, kinOf } from './kin.ts'
import { isWebSearch } from './search.ts'
import type { Reading } from './sources.ts'

type Tool = NonNullable<LanguageModelV4CallOptions['tools']>[number]

export interface Tooling {
  readonly tools?: Tool[]
  readonly toolChoice?: NonNullable<LanguageModelV4CallOptions['toolChoice']>
  /** Options of the call. */
  readonly options?: JsonObject
}

export interface ToolReading extends Pick<Reading, 'kin' | 'warn'> {
  /** A tool that runs at a provider is left out: a line for the caller. */
  readonly lack: Warn
}

export function readTools({ tools: given, tool_choice: choice }: JsonObject, reading: ToolReading): Tooling {
  const all = given == null ? [] : arrayAt(given, 'tools')
  const isBeside = all.some(isClients)
  const tools = all.flatMap((each, i): Tool[] => {
    const at = `tools[${i}]`
    const { search } = reading.kin
    if (search && isWebSearch(each) && (search.isMixed || !isBeside))
      return [search.toTool(each, at, reading.warn)]
    if (!isBeside || !isOffer(each) || isHad(each, reading.kin) || isChosen(each, choice))
      return [readTool(each, at, reading)]
    // Of deferred tools a model is told when it searches for them; here it is told of all.
    if (!isSearchOfTools(each))
      reading.lack(
        `${at}: this provider has no ${textOf(each.name) || String(each.type)} of its own, so it does without`,
      )
    return []
  })
  return { ...(tools.length > 0 && { tools }), ...readChoice(choice, tools, reading) }
}

/** Whether this provider does without a tool that runs at others. */
export const lacks = (body: JsonObject, destination: Destination): boolean =>
  listOf(body.tools).some(isOffer) &&
  isLacking(lack => readTools(body, { kin: kinOf(destination), warn: () => {}, lack }))

const isClients = (tool: unknown): boolean => isObject(tool) && (tool.type == null || tool.type === 'custom')

/**
 * A tool that runs at Anthropic is an offer to the model where it stands beside tools of the client and needs nothing that
 * the client has there: agents make it in every call, and go on without. Alone, or chosen, it is what the call is for.
 */
const isOffer = (tool: unknown): tool is JsonObject =>
  isObject(tool) && typeof tool.type === 'string' && SERVED.test(tool.type)
const isSearchOfTools = ({ type }: JsonObject): boolean => String(type).startsWith('tool_search_')
const isHad = ({ type }: JsonObject, { isAnthropic }: Kin): boolean =>
  isAnthropic && (sayable.test(String(type)) || String(type).startsWith('tool_search_'))
const isChosen = ({ name }: JsonObject, choice: unknown): boolean =>
  isObject(choice) && choice.type === 'tool' && choice.name === name

function readTool(each: unknown, at: string, reading: ToolReading): Tool {
  const tool = objectAt(each, at)
  if (tool.type != null && tool.type !== 'custom') return readOwn(tool, at, reading)
  const { kin, warn } = reading
  const { description, strict, input_examples: examples } = tool
  if (examples != null && !kin.isAnthropic)
    warn(`${at}.input_examples: this provider takes no examples of calls`)
  if (strict === true && kin.ignoresStrict)
    warn(`${at}.strict: this provider follows the schema of a tool without a guarantee`)
  const made: LanguageModelV4FunctionTool = {
    type: 'function',
    name: nameAt(tool.name, `${at}.name`),
    inputSchema: objectAt(tool.input_schema, `${at}.input_schema`),
    ...(description != null && { description: textAt(description, `${at}.description`) }),
    ...(typeof strict === 'boolean' && { strict }),
    ...(kin.isAnthropic &&
      examples != null && {
        inputExamples: arrayAt(examples, `${at}.input_examples`).map((example, i) => ({
          input: objectAt(example, `${at}.input_examples[${i}]`) as Example,
        })),
      }),
    ...cached(tool, kin),
  }
  const providerOptions = kin.isAnthropic ? under(kin.key, ownOptions(tool)) : undefined
  return withOptions(made, providerOptions === undefined ? {} : { providerOptions })
}

type Example = NonNullable<LanguageModelV4FunctionTool['inputExamples']>[number]['input']

const ownOptions = (tool: JsonObject): JsonObject => ({
  ...(tool.eager_input_streaming != null && { eagerInputStreaming: tool.eager_input_streaming }),
  ...(tool.defer_loading != null && { deferLoading: tool.defer_loading }),
  ...(tool.allowed_callers != null && { allowedCallers: tool.allowed_callers }),
})

/** Tools that Anthropic defines: its models know them, and some of them run on its servers. */
function readOwn(tool: JsonObject, at: string, { kin }: ToolReading): Tool {
  const { type, name, cache_control: _, ...rest } = tool
  const id = nameAt(type, `${at}.type`)
  if (!defined.test(id))
    wrong(`${at}.type`, `is ${JSON.stringify(id.slice(0, 80))}: use "custom", or leave it out`)
  if (!kin.isClaude) unsupported(`${at}.type`, `is "${id}", a tool that only Anthropic's models have`)
  if (!sayable.test(id) || (!kin.isAnthropic && SERVED.test(id)))
    unsupported(`${at}.type`, `is "${id}", whose results can be had from Anthropic's own API only`)
  return {
    type: 'provider',
    id: `anthropic.${id}`,
    name: nameAt(name, `${at}.name`),
    args: camel(rest) as JsonObject,
  }
}

/** The names that Anthropic gives its tools: most with the day of their making, some without. */
const defined = /^(?:[a-z]\w*_\d{8}|mcp_toolset|tool_search_tool_(?:regex|bm25))$/
/** Those that the client runs itself, and those whose results we can write down. */
const sayable = /^(?:bash|text_editor|computer|memory|web_search|web_fetch)_\d+$/
/** Those that run on Anthropic's servers. */
const SERVED = /^(?:web_|tool_search_tool_|code_execution_|advisor_)/

/** The same with names as the AI SDK spells them: `max_uses` is `maxUses`. */
export function camel(value: unknown): unknown {
  return renamed(value, name => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()))
}

/** The same with names as Anthropic spells them. */
export function snake(value: unknown): unknown {
  return renamed(value, name => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`))
}

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map(each => renamed(each, rename))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [rename(name), renamed(each, rename)]),
  )
}

const AT_ONCE = 'tool_choice.disable_parallel_tool_use'

/** The client wants one call at a time: those behind the first are kept from it; the model makes them later. */
export const isOneCall = ({ tool_choice: choice }: JsonObject): boolean =>
  objectOf(choice).disable_parallel_tool_use === true

const choices = { auto: 'auto', any: 'required', none: 'none' } as const

function readChoice(
  choice: unknown,
  tools: readonly Tool[],
  { kin, warn }: ToolReading,
): Omit<Tooling, 'tools'> {
  if (choice == null) return {}
  const given = objectAt(choice, 'tool_choice')
  const type = wordAt(given.type, 'tool_choice.type', ['auto', 'any', 'tool', 'none'])
  if (tools.length === 0)
    return type === 'any' || type === 'tool' ? wrong('tool_choice', 'needs "tools"') : {}
  const isOne = given.disable_parallel_tool_use === true && type !== 'none'
  if (isOne && kin.oneTool === undefined)
    warn(`${AT_ONCE}: this provider may call several tools at once; only the first call is passed on`)
  const options = isOne && kin.oneTool !== undefined ? { options: kin.oneTool } : {}
  if (type !== 'tool') return { toolChoice: { type: choices[type] }, ...options }
  const toolName = nameAt(given.name, 'tool_choice.name')
  if (!tools.some(({ name }) => name === toolName))
    wrong('tool_choice.name', 'is the name of none of "tools"')
  return { toolChoice: { type: 'tool', toolName }, ...options }
}
