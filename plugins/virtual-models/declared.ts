import { check } from '../../src/check.ts'
import { ConfigError, Refusal } from '../../src/errors.ts'
import { toDefinition, virtualModelInput } from './input.ts'
import { toVirtualModel, type VirtualModel } from './model.ts'
import { findLoop } from './snapshot.ts'

/** Virtual models out of `VIRTUAL_MODELS`, a JSON array. A bad one stops the start with one clear line. */
export function parseDeclared(json: string | undefined, at: number): VirtualModel[] {
  if (json === undefined) return []
  const entries = parseArray(json)
  const models = entries.map((entry, index) => {
    try {
      return toVirtualModel(toDefinition(check(virtualModelInput, entry)), {
        managed: true,
        version: 0,
        updatedAt: at,
      })
    } catch (error) {
      if (error instanceof Refusal)
        throw new ConfigError(`Cannot use VIRTUAL_MODELS[${index}]: ${error.message}`)
      throw error
    }
  })
  const all = new Map<string, VirtualModel>()
  for (const [index, model] of models.entries()) {
    if (all.has(model.source))
      throw new ConfigError(`Cannot use VIRTUAL_MODELS[${index}]: "${model.source}" is declared twice`)
    all.set(model.source, model)
  }
  for (const { source } of models) {
    const loop = findLoop(all, source)
    if (loop !== undefined) throw new ConfigError(`Cannot use VIRTUAL_MODELS: ${loop}`)
  }
  return models
}

function parseArray(json: string): unknown[] {
  try {
    const value: unknown = JSON.parse(json)
    if (Array.isArray(value)) return value
  } catch (cause) {
    throw new ConfigError(`Cannot use VIRTUAL_MODELS: it is not valid JSON (${(cause as Error).message})`)
  }
  throw new ConfigError('Cannot use VIRTUAL_MODELS: expected a JSON array of virtual models')
}
