import * as v from 'valibot'
import type { Plugin } from '../contract/plugin.ts'
import { faultOf } from '../fault.ts'
import { type Binding, bind, locate } from './bind.ts'
import type { Judging } from './configuration.ts'
import { type Environment, pick } from './environment.ts'
import { type Problem, say, sayPlace, tail, toProblem, variableOf } from './problem.ts'
import { nameOf } from './section-names.ts'
import { fieldSchema, type Part, settingName } from './sections.ts'
import { sayStored } from './stored.ts'

type Values = Readonly<Record<string, unknown>>
type Path = Problem['path']

/** What was said to one plugin, and by whom. */
interface Told {
  readonly plugin: Plugin
  readonly part: Part | undefined
  readonly fromStored: Values
  readonly fromFile: Values
  readonly fromVariables: Values
}

/** The raw settings of every plugin: what is stored, over it the file, and over that the environment. Reports what their schemas refuse. */
export function readAllPlugins(judging: Judging): Readonly<Record<string, unknown>> {
  const { sources, sections, stored, binding, problems } = judging
  const all = sources.plugins.map((plugin): Told => {
    const part = sections.parts.get(plugin.name)
    return {
      plugin,
      part,
      fromStored: stored.ofPlugins.get(plugin.name) ?? {},
      fromFile: part === undefined ? {} : bindPart(plugin, part, binding),
      fromVariables: readVariables(plugin, sources.environment, problems),
    }
  })
  const said = new Map([
    ...all.flatMap(({ plugin, fromStored }) => toVariables(plugin, fromStored)),
    ...all.flatMap(({ plugin, fromFile }) => toVariables(plugin, fromFile)),
  ])
  return Object.fromEntries(
    all.map(told => {
      const { plugin, fromStored, fromFile, fromVariables } = told
      const declared = merge(fromFile, fromVariables)
      const own = { ...fromStored, ...declared }
      const raw = { ...fromStored, ...readShared(plugin, said), ...declared }
      for (const problem of judge(plugin, raw, problems)) {
        // What another plugin's section says is judged there.
        const isShared = problem.path.length > 0 && !(problem.path[0]! in own) && problem.path[0]! in raw
        const text = isShared ? undefined : describe(problem, told, judging)
        if (text !== undefined) problems.push(text)
      }
      return [plugin.name, raw]
    }),
  )
}

/** What its schema refuses. */
function judge({ name, config }: Plugin, raw: Values, problems: string[]): readonly Problem[] {
  if (config === undefined) return []
  try {
    return firstOfEach((v.safeParse(config, raw).issues ?? []).map(issue => toProblem(issue, config)))
  } catch (error) {
    problems.push(...faultOf(name, 'config', error).problems)
    return []
  }
}

/** A second mistake in one place is the first one, seen from another side. */
const firstOfEach = (problems: readonly Problem[]): readonly Problem[] =>
  [
    ...new Map(problems.toReversed().map(problem => [JSON.stringify(problem.path), problem])).values(),
  ].toReversed()

function bindPart(plugin: Plugin, { tree, field }: Part, binding: Binding): Values {
  const schema = field === undefined ? plugin.config : fieldSchema(plugin, field)
  const value = schema && bind(schema, tree, binding)
  if (field !== undefined) return value === undefined ? {} : { [field]: value }
  return (value ?? {}) as Values
}

function readVariables({ name, env = {} }: Plugin, environment: Environment, problems: string[]): Values {
  if (typeof env !== 'function') return pick(environment, env)
  try {
    return (env(environment) ?? {}) as Values
  } catch (error) {
    problems.push(...faultOf(name, 'env', error).problems)
    return {}
  }
}

/** What is said of fields that a variable fills too, by the names of these variables. */
const toVariables = ({ env }: Plugin, said: Values): [string, unknown][] =>
  typeof env === 'object'
    ? Object.entries(env).flatMap(([field, names]) =>
        field in said ? names.map((name): [string, unknown] => [name, said[field]]) : [],
      )
    : []

/** Two plugins may read one variable; then the file, or what is stored, says it for both, in the section of either. */
function readShared({ env }: Plugin, said: ReadonlyMap<string, unknown>): Values {
  if (typeof env !== 'object') return {}
  const found = Object.entries(env).flatMap(([field, names]) => {
    const name = names.find(name => said.has(name))
    return name === undefined ? [] : [[field, said.get(name)] as const]
  })
  return Object.fromEntries(found)
}

/** Names the variable, or the place in the file, where the mistake was made; nothing where it follows from another. */
function describe(
  { path, text }: Problem,
  { plugin, part, fromStored, fromFile, fromVariables }: Told,
  { sources: { environment, file }, binding }: Judging,
): string | undefined {
  const [field, ...rest] = path
  if (typeof plugin.env === 'object' && field !== undefined && field in fromVariables)
    return say(variableOf(String(field), plugin.env, environment) + tail(shown(rest, text)), text)
  if (field !== undefined && field in fromStored && !(field in fromFile))
    return sayStored(nameOf(plugin, String(field)), text)
  const isHere = part !== undefined && (part.field === undefined || part.field === field)
  if (!isHere) {
    const variable = typeof plugin.env === 'object' ? plugin.env[String(field)]?.[0] : undefined
    return say(variable ? variable + tail(rest) : `setting "${settingName(plugin, path)}"`, text)
  }
  const { tree, isExact, steps } = locate(part.tree, part.field === undefined ? path : rest)
  if (binding.tainted.has(tree)) return undefined
  if (!isExact && isIn(fromVariables, path)) return say(`setting "${settingName(plugin, path)}"`, text)
  return sayPlace(file?.name ?? '', tree.at, say(part.section + tail(shown(steps, text)), text))
}

/** A text that names its field needs no name in front that ends with it. */
const shown = (path: Path, text: string): Path =>
  text.startsWith('Field "') && typeof path.at(-1) === 'string' ? path.slice(0, -1) : path

const isIn = (value: unknown, [step, ...rest]: Path): boolean =>
  step === undefined || (isMap(value) && step in value && isIn(value[step], rest))

const isMap = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Maps are merged key by key, everything else is replaced. */
function merge(under: Values, over: Values): Values {
  const merged = { ...under }
  for (const [key, value] of Object.entries(over)) {
    const below = under[key]
    merged[key] = isMap(below) && isMap(value) ? merge(below, value) : value
  }
  return merged
}
