import type { JsonObject } from '../../src/types.ts'

/** Anything as an object to look into; what is none looks empty. */
export const asObject = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
