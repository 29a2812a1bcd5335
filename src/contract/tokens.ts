import type { Usage } from '../types.ts'

/** Sums over the parts of a usage: what providers and the conventions of OpenTelemetry call input, cached parts and all. */
export const inputOf = (usage: Usage): number =>
  usage.input +
  usage.cacheRead +
  usage.cacheWrite +
  (usage.cacheWriteHour ?? 0) +
  (usage.audioInput ?? 0) +
  (usage.imageInput ?? 0)

/** The same of output, reasoning and all. */
export const outputOf = (usage: Usage): number =>
  usage.output + usage.reasoning + (usage.audioOutput ?? 0) + (usage.imageOutput ?? 0)
