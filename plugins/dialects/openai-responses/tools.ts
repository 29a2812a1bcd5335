import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { isObject, listOf, objectOf, textOf } from '../../../src/contract/loose-json.ts'
import type { Warn } from '../../../src/contract/provider.ts'
import type { Destination } from '../../../src/contract/translation.ts'
import {
  arrayAt,
  nameAt,
  objectAt,
  shown,
  unknownKind,
  unsupported,
  wholeAt,
  wordAt,
  wrong,
} from '../../../src/request/border.ts'
import { isLacking } from '../../../src/translate/lacking.ts'
import type { JsonObject } from '../../../src/types.ts'
import {
  type Catalogue,
  type Entry,
  isClients,
  readCatalogue,
  type ToolKind,
  toolLists,
} from './catalogue.ts'
import { toFunction } from './functions.ts'
import { type Kin, kinOf } from './kin.ts'

type Tool = NonNullable<LanguageModelV4CallOptions['tools']>[number]

export interface Tooling {
  readonly tools?: Tool[]
  readonly toolChoice?: NonNullable<LanguageModelV4CallOptions['toolChoice']>
  /** Options of the call. */
  readonly options?: JsonObject
}

export interface ToolReading {
  readonly kin: Kin
  readonly catalogue: Catalogue
  readonly warn: Warn
  /** A tool that runs at a provider is left out: a line for the caller. */
  readonly lack: Warn
}

/** Tools, and how the model may choose among them. */
export function readTools(body: JsonObject, reading: ToolReading): Tooling {
  const { kin, catalogue } = reading
  for (const { kind, tool, at } of catalogue.entries)
    if (kind === 'function' && tool.strict === true && kin.ignoresStrict)
      reading.warn(`${at}.strict: this provider follows the schema of a tool without a guarantee`)
  const found = readHosted(body, reading)
  const own = catalogue.entries.map(entry => ({ entry, tool: toFunction(entry, reading.warn) }))
  const isMixed = found.length > 0 && own.length > 0 && kin.mixesTools === false
  if (isMixed)
    reading.lack('tools: this provider cannot search the web beside functions, so it does not search')
  const hosted = isMixed ? [] : found
  const { choice, allowed } = readChoice(body.tool_choice, catalogue, own.length + hosted.length)
  const isAllowed = ({ entry }: { entry: Entry }) => allowed === undefined || allowed.has(entry)
  const tools = [...own.filter(isAllowed).map(({ tool }) => tool), ...(allowed === undefined ? hosted : [])]
  const isOne = isOneCall(body) && own.length > 0
  if (isOne && kin.oneTool === undefined)
    reading.warn(
      'parallel_tool_calls: this provider may call several tools at once; only the first call is passed on',
    )
  return {
    ...(tools.length > 0 && { tools }),
    ...(tools.length > 0 && choice && { toolChoice: choice }),
    ...(isOne && kin.oneTool && { options: kin.oneTool }),
  }
}

/** Whether this provider does without a tool that runs at others. */
export const lacks = (body: JsonObject, destination: Destination): boolean =>
  toolLists(body).some(({ tools }) => listOf(tools).some(isServed)) &&
  isLacking(lack =>
    readTools(body, { kin: kinOf(destination), catalogue: readCatalogue(body), warn: () => {}, lack }),
  )

const isServed = (tool: unknown): boolean => {
  const type = textOf(objectOf(tool).type)
  return SEARCH.test(type) || OFFERED.test(type)
}

/** The client wants one call at a time: those behind the first are kept from it; the model makes them later. */
export const isOneCall = ({ parallel_tool_calls: wanted }: JsonObject): boolean => wanted === false

const SEARCH = /^web_search(?:_preview)?(?:_\d{4}_\d{2}_\d{2})?$/
const HOSTED =
  /^(?:file_search|code_interpreter|computer|computer_use|computer_use_preview|image_generation|mcp|programmatic_tool_calling)$/

/** Checks the lists, and finds what runs at the provider. */
function readHosted(body: JsonObject, reading: ToolReading): Tool[] {
  return toolLists(body).flatMap(({ tools, at }) =>
    arrayAt(tools, at).flatMap((each, i) =>
      readTool(objectAt(each, `${at}[${i}]`), `${at}[${i}]`, body, reading),
    ),
  )
}

function readTool(tool: JsonObject, at: string, body: JsonObject, reading: ToolReading): Tool[] {
  const { type } = tool
  if (type === 'function' || type === 'custom') nameAt(tool.name, `${at}.name`)
  if (type === 'namespace') return checkNamespace(tool, at)
  // Of deferred tools a provider would be told when it searches for them; here it is told of all.
  if (isClients(tool) || type === 'tool_search') return []
  if (typeof type === 'string' && SEARCH.test(type)) return readSearch(tool, at, body, reading)
  if (typeof type === 'string' && HOSTED.test(type)) return leaveOut(tool, at, reading)
  return unknownKind(type, `${at}.type`, `is ${shown(type)}: use "function", "custom" or "namespace"`)
}

/**
 * A tool that runs at some provider is an offer to the model where it stands beside tools of the client and needs nothing
 * that the client has there: agents make it in every call, and go on without. Alone it is what the call is for.
 */
function leaveOut(tool: JsonObject, at: string, { catalogue, lack }: ToolReading): never[] {
  const type = String(tool.type)
  if (catalogue.entries.length === 0 || !isOffer(tool))
    unsupported(
      `${at}.type`,
      `is "${type}", which this provider does not have: leave it out, or use one that has it`,
    )
  lack(`${at}: this provider has no ${type} of its own, so it does without`)
  return []
}

const OFFERED = /^(?:image_generation|code_interpreter|programmatic_tool_calling)$/

/** Servers, stores, machines and files of the client's are no offer: without them the answer would be another one. */
const isOffer = ({ type, container }: JsonObject): boolean =>
  OFFERED.test(String(type)) &&
  (container == null || (isObject(container) && listOf(container.file_ids).length === 0))

/** What a client can say about a search, and what of it asks for nothing. */
const wishes: readonly (readonly [field: string, isIdle: (value: unknown) => boolean])[] = [
  ['filters', value => Object.keys(objectOf(value)).length === 0],
  ['user_location', () => false],
  ['search_context_size', value => value === 'medium'],
  ['search_content_types', value => listOf(value).every(each => each === 'text')],
]

/** An offer, too, but for who can search. */
function readSearch(
  tool: JsonObject,
  at: string,
  body: JsonObject,
  { kin, catalogue, warn, lack }: ToolReading,
): Tool[] {
  const most = body.max_tool_calls == null ? undefined : wholeAt(body.max_tool_calls, 'max_tool_calls')
  const isOffline = tool.external_web_access === false
  if (kin.search !== undefined && !isOffline) {
    for (const [wish, isIdle] of wishes)
      if (tool[wish] != null && !kin.searchTakes?.has(wish) && !isIdle(tool[wish]))
        warn(`${at}.${wish}: this provider searches the web without it`)
    return [kin.search(tool, most)]
  }
  const lacking = `this provider cannot search the web${isOffline ? ' without going there' : ''}`
  if (catalogue.entries.length === 0) unsupported(`${at}.type`, `is "${String(tool.type)}": ${lacking}`)
  lack(`${at}: ${lacking}, so it does not search`)
  return []
}

function checkNamespace(tool: JsonObject, at: string): never[] {
  nameAt(tool.name, `${at}.name`)
  for (const [j, each] of arrayAt(tool.tools, `${at}.tools`).entries()) {
    const inner = objectAt(each, `${at}.tools[${j}]`)
    wordAt(inner.type, `${at}.tools[${j}].type`, ['function', 'custom'])
    nameAt(inner.name, `${at}.tools[${j}].name`)
  }
  return []
}

interface Choice {
  readonly choice?: NonNullable<LanguageModelV4CallOptions['toolChoice']>
  /** The only tools that may be called; all of them where absent. */
  readonly allowed?: ReadonlySet<Entry>
}

const words = ['none', 'auto', 'required'] as const

function readChoice(given: unknown, catalogue: Catalogue, count: number): Choice {
  if (given == null) return {}
  if (typeof given === 'string') {
    const type = wordAt(given, 'tool_choice', words)
    return type === 'required' && count === 0 ? wrong('tool_choice', 'needs "tools"') : { choice: { type } }
  }
  const wanted = objectAt(given, 'tool_choice')
  if (wanted.type !== 'allowed_tools')
    return { choice: { type: 'tool', toolName: findTool(wanted, 'tool_choice', catalogue).flat } }
  const type = wordAt(wanted.mode, 'tool_choice.mode', ['auto', 'required'])
  const allowed = arrayAt(wanted.tools, 'tool_choice.tools').map((each, i) =>
    findTool(objectAt(each, `tool_choice.tools[${i}]`), `tool_choice.tools[${i}]`, catalogue),
  )
  return { choice: { type }, allowed: new Set(allowed) }
}

const choosable: ReadonlySet<unknown> = new Set<ToolKind>([
  'function',
  'custom',
  'local_shell',
  'shell',
  'apply_patch',
  'tool_search',
])

function findTool(wanted: JsonObject, at: string, { entries }: Catalogue): Entry {
  const { type } = wanted
  if (!choosable.has(type))
    return typeof type === 'string' && (HOSTED.test(type) || SEARCH.test(type))
      ? unsupported(`${at}.type`, `is "${type}", which this provider cannot be told to use`)
      : wrong(`${at}.type`, `is ${shown(type)}: use "function" or "custom"`)
  const isNamed = type === 'function' || type === 'custom'
  const name = isNamed ? nameAt(wanted.name, `${at}.name`) : type
  const { namespace } = wanted
  const found = entries.find(
    entry =>
      entry.kind === type && entry.name === name && (namespace == null || entry.namespace === namespace),
  )
  return found ?? wrong(isNamed ? `${at}.name` : at, 'is the name of none of "tools"')
}
