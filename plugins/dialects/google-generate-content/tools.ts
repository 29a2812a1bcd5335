import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import { isObject, listOf } from '../../../src/contract/loose-json.ts'
import type { Warn } from '../../../src/contract/provider.ts'
import type { Destination } from '../../../src/contract/translation.ts'
import { arrayAt, nameAt, objectAt, textAt, unsupported, wordAt, wrong } from '../../../src/request/border.ts'
import { isLacking } from '../../../src/translate/lacking.ts'
import type { JsonObject } from '../../../src/types.ts'
import { type Kin, kinOf, type SearchTool } from './kin.ts'
import { toJsonSchema } from './schema.ts'

type Tool = NonNullable<LanguageModelV4CallOptions['tools']>[number]

export interface Tooling {
  readonly tools?: Tool[]
  readonly toolChoice?: NonNullable<LanguageModelV4CallOptions['toolChoice']>
  /** Options of the call. */
  readonly options?: JsonObject
}

interface ToolReading {
  readonly kin: Kin
  readonly warn: Warn
  /** A tool that runs at a provider is left out: a line for the caller. */
  readonly lack: Warn
}

export function readTools({ tools: given, toolConfig }: JsonObject, reading: ToolReading): Tooling {
  const all = given == null ? [] : arrayAt(given, 'tools').map((each, i) => objectAt(each, `tools[${i}]`))
  const functions = all.flatMap((tool, i) => readFunctions(tool, `tools[${i}]`, reading))
  const served = all.flatMap((tool, i) =>
    readServed(tool, `tools[${i}]`, { ...reading, isBeside: functions.length > 0 }),
  )
  const { only, ...choice } = readChoice(toolConfig, functions, reading)
  const tools: Tool[] = [
    ...(only === undefined ? functions : functions.filter(({ name }) => only.has(name))),
    ...served,
  ]
  return { ...(tools.length > 0 && { tools }), ...choice }
}

/** Whether this provider does without a tool that runs at others. */
export const lacks = (body: JsonObject, destination: Destination): boolean =>
  listOf(body.tools).some(tool => isObject(tool) && servedIn(tool).length > 0) &&
  isLacking(lack => readTools(body, { kin: kinOf(destination), warn: () => {}, lack }))

function readFunctions(tool: JsonObject, at: string, { warn }: ToolReading): LanguageModelV4FunctionTool[] {
  if (tool.functionDeclarations == null) return []
  const place = `${at}.functionDeclarations`
  return arrayAt(tool.functionDeclarations, place).map((each, i) => {
    const where = `${place}[${i}]`
    const { name, description, parameters, parametersJsonSchema, behavior } = objectAt(each, where)
    if (behavior != null && behavior !== 'BLOCKING')
      warn(`${where}.behavior: this provider waits for the results of its calls`)
    return {
      type: 'function',
      name: nameAt(name, `${where}.name`),
      inputSchema: { ...NO_PARAMETERS, ...schemaOf(parameters, parametersJsonSchema, where) },
      ...(description != null && { description: textAt(description, `${where}.description`) }),
    }
  })
}

const NO_PARAMETERS = { type: 'object', properties: {} } as const

function schemaOf(parameters: unknown, json: unknown, at: string): JsonObject {
  if (json != null) return objectAt(json, `${at}.parametersJsonSchema`)
  return parameters == null ? {} : toJsonSchema(parameters, `${at}.parameters`)
}

const FUNCTIONS = 'functionDeclarations'

/** Tools that run at Google, by the names of their fields, as its package calls them; null where it has none. */
const own: Readonly<Record<string, string | null>> = {
  googleSearch: 'google_search',
  googleSearchRetrieval: 'google_search',
  enterpriseWebSearch: 'enterprise_web_search',
  urlContext: 'url_context',
  codeExecution: 'code_execution',
  googleMaps: 'google_maps',
  fileSearch: 'file_search',
  computerUse: null,
  mcpServers: null,
  retrieval: null,
}
const SEARCHES = new Set(['googleSearch', 'googleSearchRetrieval', 'enterpriseWebSearch'])

const servedIn = (tool: JsonObject): string[] =>
  Object.keys(tool).filter(field => tool[field] != null && field in own)

/**
 * A tool that runs at Google is an offer to the model where it stands beside functions of the client: agents make it in
 * every call, and go on without. Alone it is what the call is for.
 */
function readServed(
  tool: JsonObject,
  at: string,
  { kin, isBeside, lack }: ToolReading & { readonly isBeside: boolean },
): Tool[] {
  // Beside functions, one that nobody here knows is told of with all else that is unknown.
  const [other] = Object.keys(tool).filter(
    field => tool[field] != null && !(field in own) && field !== FUNCTIONS,
  )
  if (other !== undefined && !isBeside)
    unsupported(`${at}.${other.slice(0, 80)}`, 'is a tool that is not known here')
  return servedIn(tool).flatMap((field): Tool[] => {
    const found = servedAt(kin, field, tool[field])
    if (found !== undefined) return [found]
    if (!isBeside)
      unsupported(`${at}.${field}`, 'is a tool that runs at Google, and this provider has none like it')
    lack(`${at}.${field}: this provider has no such tool of its own, so it does without`)
    return []
  })
}

function servedAt(kin: Kin, field: string, args: unknown): SearchTool | undefined {
  if (!kin.isGoogle) return SEARCHES.has(field) ? kin.search : undefined
  const name = own[field]
  if (name == null) return undefined
  return { type: 'provider', id: `google.${name}`, name, args: isObject(args) ? args : {} }
}

interface Choice extends Pick<Tooling, 'toolChoice' | 'options'> {
  /** Of the functions only these. */
  readonly only?: ReadonlySet<string>
}

const MODES = ['MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED'] as const

function readChoice(
  config: unknown,
  functions: readonly { name: string }[],
  { kin, warn }: ToolReading,
): Choice {
  if (config == null) return {}
  const { functionCallingConfig: calling, retrievalConfig } = objectAt(config, 'toolConfig')
  if (retrievalConfig != null && !kin.isGoogle)
    warn('toolConfig.retrievalConfig: has no counterpart at this provider, and was left out')
  const options = retrievalConfig != null && kin.isGoogle ? { options: { retrievalConfig } } : {}
  if (calling == null) return options
  const at = 'toolConfig.functionCallingConfig'
  const { mode: said, allowedFunctionNames: names } = objectAt(calling, at)
  const mode = said == null ? 'AUTO' : wordAt(said, `${at}.mode`, MODES)
  if (functions.length === 0) return mode === 'ANY' ? wrong(at, 'needs functions in "tools"') : options
  if (mode === 'NONE') return { ...options, toolChoice: { type: 'none' } }
  const allowed = names == null ? [] : arrayAt(names, `${at}.allowedFunctionNames`)
  for (const [i, name] of allowed.entries())
    if (!functions.some(each => each.name === name))
      wrong(`${at}.allowedFunctionNames[${i}]`, 'is the name of none of "tools"')
  const only = allowed.length === 0 ? {} : { only: new Set(allowed as string[]) }
  if (mode !== 'ANY') return { ...options, ...only, toolChoice: { type: 'auto' } }
  const [first, ...others] = allowed as string[]
  if (first !== undefined && others.length === 0)
    return { ...options, ...only, toolChoice: { type: 'tool', toolName: first } }
  return { ...options, ...only, toolChoice: { type: 'required' } }
}
