import type { LanguageModelV4, SharedV4Warning } from '@ai-sdk/provider'
import { listOf, objectOf, parseObject } from '../../../src/contract/loose-json.ts'
import { entryOf } from '../../../src/request/border.ts'
import { withLayer } from '../../../src/translate/layer.ts'
import { plainHeaders } from '../../../src/translate/model-fetch.ts'

/** Which tools of a call are marked, for the fetch of the same call: it goes no further. */
const MARK = 'x-cached-tools'
/** Others have no cache for tools, and refuse a cache point among them. */
const CLAUDE = /claude|anthropic/i

/** The package has no place for the cache point of a tool: it travels around it, from here to `withMarkedTools`. */
export const withToolCachePoints = (model: LanguageModelV4): LanguageModelV4 =>
  withLayer(model, options => {
    const points = (options.tools ?? []).flatMap(tool => {
      const point = tool.type === 'function' ? tool.providerOptions?.bedrock?.cachePoint : undefined
      return point === undefined ? [] : [[tool.name, point] as const]
    })
    if (points.length === 0) return { options }
    if (!CLAUDE.test(model.modelId)) return { options, warnings: [untold] }
    const mark = encodeURIComponent(JSON.stringify(Object.fromEntries(points)))
    return { options: { ...options, headers: { ...options.headers, [MARK]: mark } } }
  })

const untold: SharedV4Warning = {
  type: 'other',
  message: 'tools: "cache_control" of a tool has no counterpart at this model, and was left out',
}

/** Puts the cache points behind the tools that they belong to. */
export function withMarkedTools(send: typeof globalThis.fetch): typeof globalThis.fetch {
  const marking = (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const { [MARK]: mark, ...headers } = plainHeaders(init.headers)
    if (mark === undefined || typeof init.body !== 'string') return send(input, init)
    const points = parseObject(decodeURIComponent(mark))
    const body = parseObject(init.body)
    const toolConfig = objectOf(body.toolConfig)
    const tools = listOf(toolConfig.tools).flatMap(tool => {
      const cachePoint = entryOf(points, objectOf(objectOf(tool).toolSpec).name)
      return cachePoint === undefined ? [tool] : [tool, { cachePoint }]
    })
    return send(input, {
      ...init,
      headers,
      body: JSON.stringify({ ...body, toolConfig: { ...toolConfig, tools } }),
    })
  }
  return marking as typeof globalThis.fetch
}
