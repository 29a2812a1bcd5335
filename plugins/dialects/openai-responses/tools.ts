import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { arrayAt, nameAt, objectAt, shown, unsupported, wholeAt, wordAt, wrong } from '../../../src/border.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Catalogue, Entry, ToolKind } from './catalogue.ts'
import { toFunction } from './functions.ts'
import type { Kin } from './kin.ts'

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
  readonly warn: (line: string) => void
}

/** Tools, and how the model may choose among them. */
export function readTools(body: JsonObject, reading: ToolReading): Tooling {
  const { kin, catalogue } = reading
  for (const { kind, tool, at } of catalogue.entries)
    if (kind === 'function' && tool.strict === true && kin.ignoresStrict)
      reading.warn(`${at}.strict: this provider follows the schema of a tool without a guarantee`)
  const hosted = body.tools == null ? [] : readHosted(body, reading)
  const own = catalogue.entries.map(entry => ({ entry, tool: toFunction(entry, reading.warn) }))
  if (hosted.length > 0 && own.length > 0 && kin.mixesTools === false)
    unsupported('tools', 'holds functions and a search of the web, which this provider cannot have at once')
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

/** The client wants one call at a time: those behind the first are kept from it; the model makes them later. */
export const isOneCall = ({ parallel_tool_calls: wanted }: JsonObject): boolean => wanted === false

const SEARCH = /^web_search(?:_preview)?(?:_\d{4}_\d{2}_\d{2})?$/
const HOSTED =
  /^(?:file_search|code_interpreter|computer|computer_use|computer_use_preview|image_generation|mcp|tool_search|programmatic_tool_calling)$/

/** Checks the list, and finds what runs at the provider. */
function readHosted(body: JsonObject, { kin, catalogue }: ToolReading): Tool[] {
  const known = new Map(catalogue.entries.map(entry => [entry.tool, entry]))
  return arrayAt(body.tools, 'tools').flatMap((each, i): Tool[] => {
    const at = `tools[${i}]`
    const tool = objectAt(each, at)
    const { type } = tool
    if (known.has(tool)) return []
    if (type === 'function' || type === 'custom') nameAt(tool.name, `${at}.name`)
    if (type === 'namespace') return checkNamespace(tool, at, known)
    if (typeof type === 'string' && SEARCH.test(type)) {
      const most = body.max_tool_calls == null ? undefined : wholeAt(body.max_tool_calls, 'max_tool_calls')
      return [kin.search?.(tool, most) ?? lacks(`${at}.type`, type)]
    }
    if (typeof type === 'string' && HOSTED.test(type)) return lacks(`${at}.type`, type)
    return wrong(`${at}.type`, `is ${shown(type)}: use "function", "custom" or "namespace"`)
  })
}

const lacks = (at: string, type: string): never =>
  unsupported(at, `is "${type}", which this provider does not have: leave it out, or use one that has it`)

function checkNamespace(tool: JsonObject, at: string, known: ReadonlyMap<JsonObject, Entry>): never[] {
  nameAt(tool.name, `${at}.name`)
  for (const [j, each] of arrayAt(tool.tools, `${at}.tools`).entries()) {
    const inner = objectAt(each, `${at}.tools[${j}]`)
    wordAt(inner.type, `${at}.tools[${j}].type`, ['function', 'custom'])
    if (!known.has(inner)) nameAt(inner.name, `${at}.tools[${j}].name`)
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
