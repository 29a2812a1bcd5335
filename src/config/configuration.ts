import * as v from 'valibot'
import type { Plugin } from '../contract/plugin.ts'
import type { Stored } from '../contract/restating.ts'
import { ConfigError } from '../errors.ts'
import { type Binding, bind, locate } from './bind.ts'
import type { Changeables } from './changeable.ts'
import { type Environment, pick } from './environment.ts'
import { type GatewaySettings, gatewayEnv, gatewaySchema, sayVariable } from './gateway.ts'
import { readAllPlugins } from './plugin-settings.ts'
import { say, sayPlace, toProblem, variableOf } from './problem.ts'
import { divide, type Sections } from './sections.ts'
import { toKebab, toSnake } from './shape.ts'
import { type DividedStored, divideStored, sayStored } from './stored.ts'
import type { Tree } from './tree.ts'

/** A config file that has been read, but not yet judged. */
export interface ConfigFile {
  /** As the operator calls it. */
  readonly name: string
  readonly tree: Tree
}

export interface Sources {
  readonly plugins: readonly Plugin[]
  readonly environment: Environment
  readonly changeables: Changeables
  /** What operators have stored. */
  readonly stored?: Stored | undefined
  readonly file?: ConfigFile | undefined
  /** Of the command line: the gateway's own settings, by field. They win over everything. */
  readonly flags?: Readonly<Record<string, string>> | undefined
}

export interface Configuration {
  readonly settings: GatewaySettings
  /** Raw and known to be good, by plugin. */
  readonly pluginSettings: Readonly<Record<string, unknown>>
}

/** A walk over all settings, and what is wrong with them. */
export interface Judging {
  readonly sources: Sources
  readonly sections: Sections
  readonly stored: DividedStored
  readonly binding: Binding
  readonly problems: string[]
}

/**
 * All settings, judged: defaults < what is stored < file < environment < flags.
 *
 * @throws ConfigError with every mistake in all of them.
 */
export function readConfiguration(sources: Sources): Configuration {
  const { plugins, environment, file } = sources
  const problems: string[] = []
  const binding: Binding = {
    lookup: variable => environment[variable],
    report: (at, what) => problems.push(sayPlace(file?.name ?? '', at, what)),
    tainted: new Set(),
  }
  const none: Sections = { own: new Map(), parts: new Map() }
  const sections = file === undefined ? none : divide(file.tree, plugins, binding.report)
  const stored = divideStored(sources, problems)
  const judging: Judging = { sources, sections, stored, binding, problems }
  const settings = readOwn(judging)
  const pluginSettings = readAllPlugins(judging)
  if (problems.length > 0 || settings === undefined) throw new ConfigError(sorted([...new Set(problems)]))
  return { settings, pluginSettings }
}

/** Variables first, then the file from top to bottom. */
function sorted(problems: readonly string[]): readonly string[] {
  const placeOf = (problem: string) => {
    const [, line = 0, column = 0] = /^[^:]*:(\d+):(\d+): /.exec(problem) ?? []
    return Number(line) * 100_000 + Number(column)
  }
  return problems.toSorted((a, b) => placeOf(a) - placeOf(b))
}

function readOwn({ sources, sections, stored, binding, problems }: Judging): GatewaySettings | undefined {
  const { environment, file, flags = {} } = sources
  const { own } = sections
  const schemas = gatewaySchema.entries as Readonly<Record<string, v.GenericSchema>>
  const said = [...own].map(([field, { tree }]) => [field, bind(schemas[field]!, tree, binding)] as const)
  const set = { ...pick(environment, gatewayEnv), ...flags }
  const raw = {
    ...stored.own,
    ...Object.fromEntries(said.filter(([, value]) => value !== undefined)),
    ...set,
    ...(file && { configFile: file.name }),
  }
  const result = v.safeParse(gatewaySchema, raw)
  if (result.success) return result.output
  for (const issue of result.issues) {
    const { path, text } = toProblem(issue, gatewaySchema)
    const field = String(path[0])
    const entry = own.get(field)
    if (field in flags) problems.push(say(`--${toKebab(field)}="${flags[field]}"`, text))
    else if (field in set)
      problems.push(sayVariable(variableOf(field, gatewayEnv, environment), environment, text))
    else if (entry) {
      const { tree } = locate(entry.tree, path.slice(1))
      problems.push(sayPlace(file!.name, tree.at, say(toSnake(field), text)))
    } else if (field in stored.own) problems.push(sayStored(toSnake(field), text))
  }
  return undefined
}
