import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'

type Part = LanguageModelV4StreamPart

/**
 * Some packages tell only with the whole call that the provider runs the tool itself; a client that was told before would
 * wait for its own result. What the client did not declare is kept until then.
 */
export function createLateCalls(tools: LanguageModelV4CallOptions['tools']): (part: Part) => readonly Part[] {
  const declared = new Set(tools?.map(({ name }) => name))
  const held = new Map<string, Part[]>()

  function release(id: string, executed: boolean | undefined): Part[] {
    const parts = held.get(id) ?? []
    held.delete(id)
    if (executed === undefined) return parts
    return parts.map(part =>
      part.type === 'tool-input-start' ? { ...part, providerExecuted: executed } : part,
    )
  }

  return part => {
    switch (part.type) {
      case 'tool-input-start':
        if (part.providerExecuted !== undefined || declared.has(part.toolName)) return [part]
        held.set(part.id, [part])
        return []
      case 'tool-input-delta':
      case 'tool-input-end': {
        const parts = held.get(part.id)
        parts?.push(part)
        return parts === undefined ? [part] : []
      }
      case 'tool-call':
        return [...release(part.toolCallId, part.providerExecuted), part]
      case 'finish':
        return [...[...held.keys()].flatMap(id => release(id, undefined)), part]
      default:
        return [part]
    }
  }
}
