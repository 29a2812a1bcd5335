import type { LanguageModelV4 } from '@ai-sdk/provider'
import { withLayer } from './layer.ts'
import { renamedTools } from './renamed-tools.ts'

/**
 * Some packages ask for JSON by way of a tool of their own, and take a call of the client's tool of the same name for the
 * answer. The client's gets another name on its way there, and its own on the way back.
 */
export const withFreeName = (model: LanguageModelV4, taken: string): LanguageModelV4 =>
  withLayer(model, options => {
    const { tools = [], responseFormat } = options
    const names = new Set(tools.map(({ name }) => name))
    if (responseFormat?.type !== 'json' || !names.has(taken)) return { options }
    let free = `${taken}_tool`
    for (let n = 2; names.has(free); n++) free = `${taken}_tool_${n}`
    return renamedTools(
      options,
      name => (name === taken ? free : name),
      name => (name === free ? taken : name),
    )
  })
