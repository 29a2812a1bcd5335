import * as v from 'valibot'
import { Refusal } from '../../../src/errors.ts'
import { explain, firstOf } from '../../../src/request/check.ts'
import { type Definition, toVirtualModel, type VirtualModel } from '../model.ts'
import { findAskedBelow, findLoop } from '../reading/graph.ts'
import { checkName, toDefinition, virtualModelInput } from './input.ts'

/** A declared virtual model, in the shape of the admin API. There is nothing that a declaration could rename. */
const declaration = v.pipe(
  v.omit(virtualModelInput, ['old_source']),
  v.rawTransform(({ dataset: { value }, addIssue, NEVER }): Definition => {
    try {
      const definition = toDefinition(value)
      checkName(definition)
      return definition
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { message, param } = error
      const key = param?.split('.')[0] as keyof typeof value | undefined
      addIssue({ message, ...(key !== undefined && { path: [item('object', value, key)] }) })
      return NEVER
    }
  }),
)

/** The section `virtual_models` of the config file. */
export const listedModels = v.pipe(
  v.array(declaration),
  v.rawCheck(({ dataset, addIssue }) => {
    for (const issue of findTwins(dataset.value)) addIssue(issue)
  }),
)

/** `VIRTUAL_MODELS`: the same as a JSON array. */
export const declaredModels = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }): Definition[] => {
    const entries = parseArray(dataset.value)
    if (typeof entries === 'string') {
      addIssue({ message: entries })
      return NEVER
    }
    const found = entries.map((entry, index) => {
      const result = v.safeParse(declaration, entry)
      if (result.success) return result.output
      const message = explain(firstOf(result.issues), declaration).message.replace(/^The body: /, '')
      addIssue({ message, path: [item('array', entries, index)] })
      return undefined
    })
    const models = found.filter(model => model !== undefined)
    if (models.length < entries.length) return NEVER
    const twins = findTwins(models)
    for (const issue of twins) addIssue(issue)
    return twins.length > 0 ? NEVER : models
  }),
)

export interface Declared {
  readonly listed?: readonly Definition[] | undefined
  readonly declared?: readonly Definition[] | undefined
}

/** A circle, or a chain that is too long, among all that is declared; names the entry where it begins. */
export const noLoops = <T extends Declared>() =>
  v.rawCheck<T>(({ dataset, addIssue }) => {
    const value = dataset.value as Declared
    const [declared, listed] = [goodOnes(value.declared), goodOnes(value.listed)]
    const all = new Map(toManaged({ declared, listed }, 0).map(model => [model.source, model]))
    for (const [field, models] of Object.entries({ declared, listed })) {
      for (const model of models) {
        const loop = findLoop(all, model.source) ?? findAskedBelow(all, model)
        if (loop === undefined) continue
        const rows = value[field as keyof Declared]!
        const path = [item('object', value, field), item('array', rows, rows.indexOf(model))] as const
        return addIssue({ message: loop, path: [...path] })
      }
    }
  })

/** Others may have mistakes of their own, and are still what was read. */
const goodOnes = (models: unknown): readonly Definition[] =>
  Array.isArray(models)
    ? models.filter(model => typeof model === 'object' && model !== null && 'kind' in model)
    : []

/** What is declared, as rows. `VIRTUAL_MODELS` wins over the file, source by source. */
export function toManaged(
  { listed = [], declared = [] }: Declared,
  at: number,
  file?: string,
): VirtualModel[] {
  const rows = new Map<string, VirtualModel>()
  const add = (definition: Definition, declaredIn: string) =>
    rows.set(
      definition.source,
      toVirtualModel(definition, { managed: true, declaredIn, version: 0, updatedAt: at }),
    )
  for (const definition of listed) add(definition, file ?? 'the config file')
  for (const definition of declared) add(definition, 'VIRTUAL_MODELS')
  return [...rows.values()]
}

function findTwins(models: unknown) {
  const seen = new Set<unknown>()
  return (Array.isArray(models) ? models : []).flatMap((model: unknown, index) => {
    const source = (model as Partial<Definition> | null)?.source
    const isFirst = source === undefined || !seen.has(source)
    seen.add(source)
    if (isFirst) return []
    return [
      { message: `"${source}" is declared twice`, path: [item('array', models, index)] as [v.IssuePathItem] },
    ]
  })
}

/** One step of the path to what an issue is about. */
function item(type: 'object' | 'array', input: unknown, key: string | number): v.IssuePathItem {
  const value = (input as Readonly<Record<string | number, unknown>>)[key]
  return { type, origin: 'value', input, key, value } as v.IssuePathItem
}

function parseArray(json: string): unknown[] | string {
  try {
    const value: unknown = JSON.parse(json)
    if (Array.isArray(value)) return value
  } catch (cause) {
    return `it is not valid JSON (${(cause as Error).message.split('\n')[0]}): ${EXPECTED}`
  }
  return EXPECTED
}

const EXPECTED =
  'expected a JSON array of virtual models, such as [{"source": "smart", "target_model": "openai/gpt-5"}]'
