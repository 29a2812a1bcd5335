import * as v from 'valibot'
import { didYouMean } from './base/nearest.ts'
import type { Patience } from './base/patience.ts'
import { say, tail, toProblem } from './config/problem.ts'
import { settingName } from './config/sections.ts'
import { type Hooks, type Host, kinds, type Parts, type Plugin } from './contract/plugin.ts'
import { ConfigError } from './errors.ts'
import { faultless } from './fault.ts'
import { type HookTable, inLine } from './hooks.ts'
import { checkAddresses } from './loading/addresses.ts'
import { blaming } from './loading/blaming.ts'
import { checkParts } from './loading/plugin-shape.ts'
import { createProviders, type Providers } from './loading/providers.ts'

export interface House {
  readonly hooks: HookTable
  readonly parts: ReadonlyMap<string, Parts>
  readonly providers: Providers
  /** Which plugin brought an endpoint, a passage, a page or a provider: for the log, should it fail. */
  readonly ownerOf: (contributed: object) => string
}

type SharedHost = Omit<Host, 'config' | 'use'>

/** Sets plugins up in list order. The list is the order; `needs` is checked, never sorted. */
export async function assemble(
  plugins: readonly Plugin[],
  settings: Readonly<Record<string, unknown>>,
  shared: (plugin: string) => SharedHost,
  patience?: Patience,
): Promise<House> {
  const parts = new Map<string, Parts>()
  const names = plugins.map(({ name }) => name)
  for (const plugin of plugins) {
    check(plugin, parts, names)
    const config = plugin.config ? parseSettings(plugin, plugin.config, settings[plugin.name]) : undefined
    const use = <A>(name: string): A => {
      if (!plugin.needs?.includes(name)) {
        throw new ConfigError(`Plugin "${plugin.name}" uses "${name}": name it in its "needs"`)
      }
      return parts.get(name)!.exports as A
    }
    const host = { ...shared(plugin.name), config, use }
    const contributed = await blaming(plugin.name, 'setup', () => plugin.setup(host))
    checkParts(plugin.name, contributed)
    parts.set(plugin.name, contributed)
  }
  checkAddresses(parts)
  const providers = createProviders(parts)
  return { hooks: hookTable(parts, patience), parts, providers, ownerOf: ownersIn(parts, providers) }
}

function ownersIn(parts: ReadonlyMap<string, Parts>, { ownerOf }: Providers): House['ownerOf'] {
  const owners = new Map<object, string>()
  for (const [plugin, { api = [], passages = [], pages = [], providers = [] }] of parts)
    for (const one of [...api, ...passages, ...pages, ...providers]) owners.set(one, plugin)
  return contributed => owners.get(contributed) ?? ownerOf(contributed)!
}

function check({ name, needs = [] }: Plugin, earlier: ReadonlyMap<string, Parts>, names: readonly string[]) {
  if (earlier.has(name)) {
    throw new ConfigError(
      `Plugin "${name}" is listed twice: list it once, or give yours a name that the gateway's own do not have`,
    )
  }
  for (const need of needs) {
    if (earlier.has(need)) continue
    const missing = names.includes(need) ? '' : `; there is none${didYouMean(need, names)}`
    throw new ConfigError(`Plugin "${name}" needs "${need}": list "${need}" before it${missing}`)
  }
}

function parseSettings(plugin: Plugin, schema: v.GenericSchema, raw: unknown): unknown {
  const result = faultless(plugin.name, 'config', () => v.safeParse(schema, raw ?? {}))
  if (result.success) return result.output
  throw new ConfigError(
    result.issues.map(issue => {
      const { path, text } = toProblem(issue, schema)
      const [field, ...rest] = path
      const variable = typeof plugin.env === 'object' ? plugin.env[String(field)]?.[0] : undefined
      return say(
        variable === undefined ? `setting "${settingName(plugin, path)}"` : variable + tail(rest),
        text,
      )
    }),
  )
}

/** Nothing can join, leave or be replaced after the start. */
function hookTable(parts: ReadonlyMap<string, Parts>, patience: Patience | undefined): HookTable {
  const waits = ({ patient }: Parts, hook: keyof Hooks) => (patient?.includes(hook) ? undefined : patience)
  const lineOf = (hook: keyof Hooks) =>
    inLine(
      [...parts].flatMap(([plugin, part]) =>
        part[hook]
          ? [{ plugin, hook, run: part[hook] as unknown, owner: part, patience: waits(part, hook) }]
          : [],
      ),
    )
  const names = Object.keys(kinds) as (keyof Hooks)[]
  return Object.freeze(Object.fromEntries(names.map(hook => [hook, lineOf(hook)]))) as unknown as HookTable
}
