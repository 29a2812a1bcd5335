import { type ArgsDef, type CommandDef, defineCommand, type ParsedArgs } from 'citty'
import { didYouMean } from '../base/nearest.ts'
import { toKebab } from '../config/shape.ts'
import { UsageError } from './world.ts'

const shared = {
  json: { type: 'boolean', description: 'Print JSON' },
} as const satisfies ArgsDef

export interface Declared<A extends ArgsDef> {
  readonly name: string
  readonly about: string
  readonly args?: A
  readonly run: (args: ParsedArgs<A & typeof shared>) => Promise<void> | void
}

/** A command that takes `--json`, and refuses what it does not know. */
export function command<const A extends ArgsDef>({
  name,
  about,
  args,
  run,
}: Declared<A>): CommandDef<ArgsDef> {
  const all: ArgsDef = { ...args, ...shared }
  return defineCommand<ArgsDef>({
    meta: { name, description: about },
    args: all,
    setup: ({ rawArgs }) => checkArgs(rawArgs, all),
    run: ({ args: parsed }) => run(parsed as unknown as ParsedArgs<A & typeof shared>),
  })
}

/** A command that only has others below it. */
export function group(name: string, about: string, commands: readonly CommandDef<ArgsDef>[]) {
  const named = commands.map(below => [(below.meta as { name: string }).name, below] as const)
  // Without a prototype: "constructor" is no command.
  const subCommands = Object.assign(Object.create(null) as object, Object.fromEntries(named))
  return defineCommand<ArgsDef>({ meta: { name, description: about }, subCommands })
}

/** The parser takes whatever it is given; a mistyped option must not be ignored. */
function checkArgs(raw: readonly string[], defs: ArgsDef): void {
  const options = new Map(
    Object.entries(defs).flatMap(([name, def]) => (def.type === 'positional' ? [] : [[toKebab(name), def]])),
  )
  const known = [...options.keys()].map(name => `--${name}`)
  let positionals = Object.values(defs).filter(({ type }) => type === 'positional').length
  for (let i = 0; i < raw.length; i++) {
    const [, dashes, name = '', value] = /^(--?)([^=]+)(?:=([\s\S]*))?$/.exec(raw[i]!) ?? []
    if (dashes === undefined) {
      if (--positionals < 0) throw new UsageError(`Cannot use "${raw[i]}": nothing is expected there`)
      continue
    }
    const def = options.get(name) ?? options.get(name.replace(/^no-/, ''))
    if (dashes === '-' || def === undefined)
      throw new UsageError(`There is no option "${dashes}${name}"${didYouMean(`--${name}`, known)}`)
    if (def.type === 'boolean') continue
    const given = value ?? raw[++i]
    if (given === undefined || given === '' || (value === undefined && given.startsWith('--')))
      throw new UsageError(`Option "--${name}" needs a value`)
  }
}
