import type { Heard, Json } from './heard.ts'

/** What a request to a model wants to know. */
export interface Ask {
  readonly model: string
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly promptTokens: number
  /** The client's own limit. */
  readonly maxTokens: number | undefined
  /** How many answers it wants. Default: 1. */
  readonly choices?: number
  /** What was understood. */
  readonly heard: () => Heard
  readonly body: Json
}
