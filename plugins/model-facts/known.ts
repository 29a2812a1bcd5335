import type { ModelFacts } from '../../src/contract/model.ts'
import { isBare } from '../../src/scope/selector.ts'
import { type Fact, factNames } from './fields.ts'
import type { Known, ModelName, Origin } from './model.ts'
import type { Overrides } from './settings.ts'

/** The operator's word on a model. Each fact is taken from the most specific selector that names it. */
export function createOverrides(
  overrides: Overrides,
  isProvider: (name: string) => boolean,
): (model: ModelName) => ModelFacts {
  const all = new Map(Object.entries(overrides))
  return ({ provider, model }) => ({
    ...all.get('/'),
    ...(isBare(model, isProvider) && all.get(model)),
    ...all.get(`${provider}/`),
    ...all.get(`${provider}/${model}`),
  })
}

/** Each fact as the first says it who knows it. */
export function merge(told: readonly (readonly [Origin, ModelFacts])[]): Known {
  const facts: Partial<Record<Fact, unknown>> = {}
  const origins: Partial<Record<Fact, Origin>> = {}
  for (const [origin, said] of told) {
    for (const fact of factNames) {
      if (said[fact] === undefined || facts[fact] !== undefined) continue
      facts[fact] = said[fact]
      origins[fact] = origin
    }
  }
  return { facts: facts as ModelFacts, origins }
}

/**
 * What holds whichever of them is asked. What is not known of one of them is not known of all; but where one cannot,
 * not all can. A day belongs to one model.
 */
export function common(all: readonly ModelFacts[]): ModelFacts {
  if (all.length === 0) return {}
  const contextWindow = least(all.map(facts => facts.contextWindow))
  const maxOutput = least(all.map(facts => facts.maxOutput))
  const abilities = able.flatMap(fact => {
    const holds = both(all.map(facts => facts[fact]))
    return holds === undefined ? [] : [[fact, holds] as const]
  })
  return {
    ...(contextWindow !== undefined && { contextWindow }),
    ...(maxOutput !== undefined && { maxOutput }),
    ...Object.fromEntries(abilities),
  }
}

const able = ['images', 'audio', 'pdfs', 'tools', 'reasoning', 'structuredOutput'] as const

const least = (numbers: readonly (number | undefined)[]): number | undefined =>
  numbers.reduce((a, b) => (a === undefined || b === undefined ? undefined : Math.min(a, b)))

const both = (answers: readonly (boolean | undefined)[]): boolean | undefined =>
  answers.reduce((a, b) => (a === false || b === false ? false : a && b))
