import { type ArgsDef, type CommandDef, renderUsage, runCommand } from 'citty'
import { describe } from '../base/describe.ts'
import { didYouMean } from '../base/nearest.ts'
import { ConfigError } from '../errors.ts'
import { checkCommand } from './check.ts'
import { group } from './command.ts'
import { doctorCommand } from './doctor/doctor.ts'
import { explainCommand } from './explain.ts'
import { importCommands } from './import/commands.ts'
import { keysCommands } from './keys.ts'
import { schemaCommand } from './schema.ts'
import { serveCommand } from './serve.ts'
import { Exit, exits, FaultError, UsageError, type World } from './world.ts'

/** Runs `modelway …` and returns its exit code; undefined while a server goes on. */
export async function runProgram(given: readonly string[], world: World): Promise<number | undefined> {
  const args = asOptions(given)
  const program = group('modelway', 'An AI gateway whose models are yours', [
    serveCommand(world),
    checkCommand(world),
    doctorCommand(world),
    explainCommand(world),
    group('keys', 'Managed API keys of a running gateway', keysCommands(world)),
    group('import', 'From another gateway', importCommands(world)),
    schemaCommand(world),
  ])
  const asks = (...names: string[]) => names.some(name => args.includes(name))
  if (args.length === 1 && asks('--version', '-v')) return say(world, world.version)
  const { found, parent, rest } = find(program, args)
  if (asks('--help', '-h')) return say(world, await renderUsage(found, parent))
  if (isGroup(found)) return refuseGroup(world, found, parent, rest)
  try {
    await runCommand(found, { rawArgs: [...rest] })
    return (found.meta as { name: string }).name === 'serve' ? undefined : exits.ok
  } catch (error) {
    return fail(world, error, asks('--json'))
  }
}

/** People ask for `help` and `version` by word, too. */
const asOptions = ([first, ...rest]: readonly string[]): readonly string[] => {
  if (first === 'help') return [...rest, '--help']
  if (first === 'version' && rest.length === 0) return ['--version']
  return first === undefined ? [] : [first, ...rest]
}

type Command = CommandDef<ArgsDef>
const isGroup = ({ subCommands }: Command): boolean => subCommands !== undefined
const below = ({ subCommands }: Command) => (subCommands ?? {}) as Readonly<Record<string, Command>>

function say(world: World, text: string): number {
  world.out(`${text}\n`)
  return exits.ok
}

/** The command that the arguments name, and what is left for it. */
function find(
  command: Command,
  args: readonly string[],
  parent?: Command,
): { found: Command; parent: Command | undefined; rest: readonly string[] } {
  const [name = '', ...rest] = args
  const next = below(command)[name]
  if (next === undefined) return { found: command, parent, rest: args }
  const path = [parent, command].flatMap(above => (above ? [(above.meta as { name: string }).name] : []))
  return find(next, rest, { meta: { name: path.join(' ') } })
}

async function refuseGroup(
  world: World,
  found: Command,
  parent: Command | undefined,
  [name]: readonly string[],
): Promise<number> {
  world.note(`${await renderUsage(found, parent)}\n\n`)
  const isOption = name === undefined || name.startsWith('-')
  const what = isOption
    ? `Name a command${name === undefined ? '' : ` before "${name}"`}`
    : `There is no command "${name}"${didYouMean(name, Object.keys(below(found)))}`
  world.note(`modelway: ${what}\n`)
  return exits.usage
}

function fail(world: World, error: unknown, json: boolean): number {
  if (error instanceof Exit) return error.code
  const isUsage = error instanceof UsageError || (error as Error)?.name === 'CLIError'
  const isKnown = isUsage || error instanceof FaultError || error instanceof ConfigError
  const message = isKnown ? (error as Error).message : describe(error)
  if (json) world.out(`${JSON.stringify({ error: { message } })}\n`)
  else world.note(`modelway: ${message}\n`)
  if (isUsage) return exits.usage
  return error instanceof ConfigError ? exits.configuration : exits.fault
}
