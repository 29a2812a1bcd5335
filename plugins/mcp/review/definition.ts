import type { Tool } from '@modelcontextprotocol/client'
import { plainHash } from '../../../src/base/runtime.ts'

/** All of a tool that models read and act on, as text: the same for tools that mean the same. */
export interface Definition {
  readonly text: string
  readonly hash: string
}

/** Tools stay the same objects until their server is asked again. */
const known = new WeakMap<Tool, Definition>()

export function definitionOf(tool: Tool): Definition {
  const before = known.get(tool)
  if (before !== undefined) return before
  const { title, description, inputSchema, outputSchema, annotations } = tool
  const text = JSON.stringify({ title, description, inputSchema, outputSchema, annotations }, sorted, 2)
  const definition = { text, hash: hashOf(text) }
  known.set(tool, definition)
  return definition
}

export const hashOf = (text: string): string => plainHash(text).toHex().slice(0, 16)

/** The order of fields means nothing, and servers change it. */
const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value
