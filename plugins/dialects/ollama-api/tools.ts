import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import { arrayAt, nameAt, objectAt, shown, textAt, unknownKind } from '../../../src/request/border.ts'

const NO_PARAMETERS = { type: 'object', properties: {} } as const

export function readTools(tools: unknown): LanguageModelV4FunctionTool[] {
  if (tools == null) return []
  return arrayAt(tools, 'tools').map((each, i) => {
    const at = `tools[${i}]`
    const tool = objectAt(each, at)
    if (tool.type != null && tool.type !== 'function')
      unknownKind(tool.type, `${at}.type`, `is ${shown(tool.type)}: use "function"`)
    const { name, description, parameters } = objectAt(tool.function, `${at}.function`)
    const schema = parameters == null ? {} : objectAt(parameters, `${at}.function.parameters`)
    return {
      type: 'function',
      name: nameAt(name, `${at}.function.name`),
      // Without a type it is an object all the same, and some providers insist on hearing it.
      inputSchema: schema.type == null ? { ...NO_PARAMETERS, ...schema, type: 'object' } : schema,
      ...(description != null && { description: textAt(description, `${at}.function.description`) }),
    } as LanguageModelV4FunctionTool
  })
}
