import type { JsonObject } from '../types.ts'

/** The schema of an answer with what it is for in it, where there is no other place for that; its own words stay. */
export const described = (schema: JsonObject, description: string | undefined): JsonObject =>
  description === undefined || schema.description !== undefined ? schema : { ...schema, description }
