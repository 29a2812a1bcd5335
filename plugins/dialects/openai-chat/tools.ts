import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import { listOf, objectOf, textOf } from '../../../src/contract/loose-json.ts'
import type { Destination } from '../../../src/contract/translation.ts'
import {
  arrayAt,
  booleanAt,
  nameAt,
  objectAt,
  shown,
  textAt,
  unknownKind,
  unsupported,
  wordAt,
  wrong,
} from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'
import { cached } from './cache.ts'
import { type Kin, kinOf, type Reading } from './kin.ts'

type Tool = NonNullable<LanguageModelV4CallOptions['tools']>[number]

export interface Tooling {
  readonly tools?: Tool[]
  readonly toolChoice?: NonNullable<LanguageModelV4CallOptions['toolChoice']>
  /** Options of the call. */
  readonly options?: JsonObject
}

export function readTools(body: JsonObject, reading: Reading): Tooling {
  const given = [
    ...readList(list(body.tools, 'tools'), reading),
    ...list(body.functions, 'functions').map((each, i) => readFunction(each, `functions[${i}]`, reading)),
  ]
  const { toolChoice, allowed } = readChoice(body, given)
  const tools: Tool[] = allowed === undefined ? given : given.filter(({ name }) => allowed.has(name))
  const search = readSearch(body.web_search_options, given.length > 0, reading)
  if (search !== undefined) tools.push(search)
  return {
    ...(tools.length > 0 && { tools }),
    ...(toolChoice && { toolChoice }),
    ...readParallel(body.parallel_tool_calls, given.length > 0, reading),
  }
}

const list = (value: unknown, at: string): readonly unknown[] => (value == null ? [] : arrayAt(value, at))

/**
 * A tool that runs at some provider is an offer to the model where it stands beside tools of the client and needs nothing
 * that the client has there: agents make it in every call, and go on without. Alone it is what the call is for.
 */
function readList(tools: readonly unknown[], reading: Reading): Tool[] {
  const isBeside = tools.some(isClients)
  return tools.flatMap((each, i): Tool[] => {
    if (!isBeside || !isOffer(each)) return [readTool(each, `tools[${i}]`, reading)]
    reading.warn(`tools[${i}]: this provider has no ${each.type.slice(0, 80)} of its own, so it does without`)
    return []
  })
}

const isClients = (tool: unknown): boolean => clients.has(objectOf(tool).type)
const clients = new Set<unknown>(['function', 'custom'])
const isOffer = (tool: unknown): tool is { type: string } => OFFERED.test(textOf(objectOf(tool).type))

/** Whether this provider does without a tool that runs at others. */
export function lacks(
  { tools, functions, web_search_options: search }: JsonObject,
  to: Destination,
): boolean {
  const isBeside = listOf(tools).some(isClients) || listOf(functions).length > 0
  if (!isBeside) return false
  return listOf(tools).some(isOffer) || (search != null && !canSearch(kinOf(to), isBeside))
}

function readTool(each: unknown, at: string, reading: Reading): Tool {
  const tool = objectAt(each, at)
  if (tool.type === 'function')
    return { ...readFunction(tool.function, `${at}.function`, reading), ...cached(tool, reading.kin) }
  if (tool.type === 'custom') return readCustom(tool.custom, `${at}.custom`, reading)
  if (typeof tool.type === 'string' && HOSTED.test(tool.type))
    unsupported(`${at}.type`, `is "${tool.type.slice(0, 80)}", a tool that runs at another provider`)
  return unknownKind(tool.type, `${at}.type`, `is ${shown(tool.type)}: use "function" or "custom"`)
}

const OFFERED =
  /^(?:web_search|code_interpreter|code_execution|image_generation|builtin_function|openrouter:|google_search)/

/** Tools of some vendor's own servers, and those that need what the client has there. */
const HOSTED =
  /^(?:web_search|file_search|code_interpreter|code_execution|computer|image_generation|mcp|local_shell|shell|builtin_function|openrouter:|google_search)/

const NO_PARAMETERS = { type: 'object', properties: {} }

function readFunction(value: unknown, at: string, { kin, warn }: Reading): LanguageModelV4FunctionTool {
  const { name, description, parameters, strict } = objectAt(value, at)
  if (strict === true && kin.ignoresStrict)
    warn(`${at}.strict: this provider follows the schema of a tool without a guarantee`)
  return {
    type: 'function',
    name: nameAt(name, `${at}.name`),
    inputSchema: parameters == null ? NO_PARAMETERS : schemaAt(parameters, `${at}.parameters`),
    ...(description != null && { description: textAt(description, `${at}.description`) }),
    ...(strict != null && { strict: booleanAt(strict, `${at}.strict`) }),
  } as LanguageModelV4FunctionTool
}

/** Without a type it is an object all the same, and some providers insist on hearing it. */
const schemaAt = (value: unknown, at: string): JsonObject => {
  const schema = objectAt(value, at)
  return schema.type === undefined ? { ...NO_PARAMETERS, ...schema } : schema
}

/**
 * A tool that takes a free text, as a function with one: `freeTextOf` takes the text out again. A grammar cannot be
 * enforced then, only told.
 */
function readCustom(value: unknown, at: string, { warn }: Reading): LanguageModelV4FunctionTool {
  const { name, description, format } = objectAt(value, at)
  const given = format == null ? {} : objectAt(format, `${at}.format`)
  const type = wordAt(given.type ?? 'text', `${at}.format.type`, ['text', 'grammar'])
  const told = description == null ? '' : textAt(description, `${at}.description`)
  return {
    type: 'function',
    name: nameAt(name, `${at}.name`),
    ...(told !== '' && { description: told }),
    inputSchema: {
      type: 'object',
      properties: {
        input: { type: 'string', description: type === 'grammar' ? grammar(given, `${at}.format`) : INPUT },
      },
      required: ['input'],
      additionalProperties: false,
    },
  }

  function grammar({ grammar: own }: JsonObject, place: string): string {
    const { syntax, definition } = objectAt(own, `${place}.grammar`)
    const kind = wordAt(syntax, `${place}.grammar.syntax`, ['lark', 'regex'])
    warn(`${place}: this provider is told the grammar, and nothing makes it follow it`)
    return `${INPUT} It must follow this ${kind} grammar:\n${textAt(definition, `${place}.grammar.definition`)}`
  }
}

const INPUT = 'The whole input of the tool, as plain text.'

/** The names of the tools that take a free text. */
export const customNames = ({ tools }: JsonObject): ReadonlySet<string> =>
  new Set(
    listOf(tools).flatMap(each => {
      const { type, custom } = objectOf(each)
      const { name } = objectOf(custom)
      return type === 'custom' && typeof name === 'string' ? [name] : []
    }),
  )

interface Choice {
  readonly toolChoice?: Tooling['toolChoice']
  /** The tools that may be called; absent where all may. */
  readonly allowed?: ReadonlySet<string>
}

const modes = { auto: 'auto', none: 'none', required: 'required', any: 'required' } as const

function readChoice(
  { tool_choice: choice, function_call: legacy }: JsonObject,
  tools: readonly Tool[],
): Choice {
  const [given, at] = choice == null ? [legacy, 'function_call'] : [choice, 'tool_choice']
  if (given == null) return {}
  if (typeof given === 'string') {
    const type = modes[wordAt(given, at, ['auto', 'none', 'required', 'any'])]
    if (tools.length > 0) return { toolChoice: { type } }
    return type === 'required' ? wrong(at, 'needs "tools"') : {}
  }
  const asked = objectAt(given, at)
  if (asked.type === 'allowed_tools') return readAllowed(asked.allowed_tools, `${at}.allowed_tools`, tools)
  const [name, place] = at === 'function_call' ? [asked.name, `${at}.name`] : nameOf(asked, at)
  return { toolChoice: { type: 'tool', toolName: oneOf(name, place, tools) } }
}

function nameOf(asked: JsonObject, at: string): [name: unknown, at: string] {
  const type = wordAt(asked.type, `${at}.type`, ['function', 'custom', 'allowed_tools'])
  return [objectAt(asked[type], `${at}.${type}`).name, `${at}.${type}.name`]
}

function oneOf(name: unknown, at: string, tools: readonly Tool[]): string {
  const given = nameAt(name, at)
  return tools.some(tool => tool.name === given) ? given : wrong(at, 'is the name of none of "tools"')
}

function readAllowed(value: unknown, at: string, tools: readonly Tool[]): Choice {
  const given = objectAt(value, at)
  const type = wordAt(given.mode, `${at}.mode`, ['auto', 'required'])
  const names = arrayAt(given.tools, `${at}.tools`).map((each, i) => {
    const [name, place] = nameOf(objectAt(each, `${at}.tools[${i}]`), `${at}.tools[${i}]`)
    return oneOf(name, place, tools)
  })
  if (names.length === 0) wrong(`${at}.tools`, 'is empty: name at least one tool')
  return { toolChoice: { type }, allowed: new Set(names) }
}

/** Where there is no such option, `isOneCall` keeps the calls behind the first from the client; the model makes them later. */
function readParallel(value: unknown, hasTools: boolean, { kin, warn }: Reading): Pick<Tooling, 'options'> {
  if (value == null || booleanAt(value, 'parallel_tool_calls') || !hasTools) return {}
  if (kin.oneTool !== undefined) return { options: kin.oneTool }
  warn('parallel_tool_calls: this provider may call several tools at once; only the first call is passed on')
  return {}
}

export const isOneCall = ({ parallel_tool_calls, functions, tools }: JsonObject): boolean =>
  parallel_tool_calls === false || isLegacy({ functions, tools })

/** The client knows functions, and not tools yet. */
export const isLegacy = ({ functions, tools }: JsonObject): boolean =>
  Array.isArray(functions) && tools == null

const canSearch = ({ search, mixesTools }: Kin, isBeside: boolean): boolean =>
  search !== undefined && !(isBeside && mixesTools === false)

/** An offer, too, where it stands beside tools of the client; alone the answer would be another one without it. */
function readSearch(value: unknown, isBeside: boolean, { kin, warn }: Reading): Tool | undefined {
  if (value == null) return undefined
  const given = objectAt(value, 'web_search_options')
  if (!canSearch(kin, isBeside) && isBeside) {
    const how = kin.search === undefined ? '' : ' beside functions'
    warn(`web_search_options: this provider cannot search the web${how}, so it does not search`)
    return undefined
  }
  if (kin.search === undefined)
    return unsupported('web_search_options', 'is asked of a provider that cannot search the web')
  if (given.search_context_size != null)
    warn('web_search_options.search_context_size: this provider decides by itself how much it reads')
  const { approximate } = objectOf(given.user_location)
  const { city, region, country, timezone } = objectOf(approximate)
  const location = Object.fromEntries(
    Object.entries({ city, region, country, timezone }).filter(([, each]) => typeof each === 'string'),
  )
  const isPlaced = Object.keys(location).length > 0
  if (isPlaced && kin.keys.includes('google'))
    warn('web_search_options.user_location: this provider searches without it')
  return kin.search(isPlaced ? location : undefined)
}
