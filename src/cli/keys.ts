import { connect, urlOption } from './client.ts'
import { command } from './command.ts'
import { isMap, textOf } from './foreign.ts'
import { table } from './table.ts'
import { FaultError, UsageError, type World } from './world.ts'

const DAY = 86_400_000
const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: DAY }

/** `modelway keys create|list|revoke|roll`: the admin API from a shell. */
export const keysCommands = (world: World) => [list(world), create(world), roll(world), revoke(world)]

const list = (world: World) =>
  command({
    name: 'list',
    about: 'List all keys; a key itself is never shown again',
    args: urlOption,
    async run({ url, json }) {
      const keys = await (await connect(world, url)).call('GET', '/admin/keys')
      if (json) return world.out(`${JSON.stringify(keys)}\n`)
      const rows = (Array.isArray(keys) ? keys : [])
        .filter(isMap)
        .map(key => [
          ...['id', 'name', 'status', 'last_four', 'user_path'].map(field => textOf(key[field])),
          modelsOf(key),
          textOf(key.operates),
          key.makes_keys === true ? 'yes' : '',
          textOf(key.made_by),
          textOf(key.expires_at),
          textOf(isMap(key.last_used) ? key.last_used.at : undefined),
        ])
      const head = [
        'ID',
        'NAME',
        'STATUS',
        'ENDS IN',
        'USER PATH',
        'MODELS',
        'OPERATES',
        'MAKES KEYS',
        'MADE BY',
        'EXPIRES',
        'LAST USED',
      ]
      world.out(rows.length === 0 ? 'There are no keys\n' : table(head, rows))
    },
  })

const create = (world: World) =>
  command({
    name: 'create',
    about: 'Create a key; it is printed this once',
    args: {
      ...urlOption,
      name: { type: 'positional', required: true, description: 'For whom or what it is' },
      'user-path': { type: 'string', description: 'Binds the key to this path: /team/alpha' },
      'sub-paths': { type: 'boolean', description: 'Callers may name a path below it' },
      'allowed-models': { type: 'string', description: 'Selectors and redirect names, with commas' },
      models: {
        type: 'boolean',
        default: true,
        description: 'It calls models',
        negativeDescription: 'It calls none: it only operates',
      },
      labels: { type: 'string', description: 'team=alpha,env=prod' },
      expires: { type: 'string', description: 'A time such as 2027-01-31T12:00:00Z, or 30d' },
      operates: { type: 'string', description: 'It opens the admin API and the dashboard: read or write' },
      'makes-keys': { type: 'boolean', description: 'Its holder makes keys at or below its path' },
      description: { type: 'string', description: 'A note' },
    },
    async run(args) {
      const client = await connect(world, args.url)
      const models = modelsIn(args)
      const expires = args.expires
      const made = await client.call('POST', '/admin/keys', {
        name: args.name,
        ...(args['user-path'] !== undefined && { user_path: args['user-path'] }),
        ...(args['sub-paths'] === true && { sub_paths: true }),
        ...(models !== undefined && { allowed_models: models }),
        ...(args.labels !== undefined && { labels: toLabels(args.labels) }),
        ...(expires !== undefined && { expires_at: toTime(expires) }),
        ...(args.operates !== undefined && { operates: args.operates }),
        ...(args['makes-keys'] === true && { makes_keys: true }),
        ...(args.description !== undefined && { description: args.description }),
      })
      show(world, made, args.json === true)
    },
  })

const roll = (world: World) =>
  command({
    name: 'roll',
    about: 'Replace a key; the old one goes on for a while',
    args: {
      ...urlOption,
      id: { type: 'positional', required: true, description: 'key_…' },
      grace: { type: 'string', description: 'How long the old one goes on: 1h', default: '1h' },
    },
    async run({ url, id, grace, json }) {
      const path = `/admin/keys/${encodeURIComponent(id)}/roll`
      const body = { grace_seconds: Math.round(toMilliseconds(grace, 'grace') / 1000) }
      show(world, await (await connect(world, url)).call('POST', path, body), json === true)
    },
  })

const revoke = (world: World) =>
  command({
    name: 'revoke',
    about: 'Revoke a key at once',
    args: {
      ...urlOption,
      id: { type: 'positional', required: true, description: 'key_…' },
      'with-made': { type: 'boolean', description: 'And all keys that it has made' },
    },
    async run({ url, id, json, ...args }) {
      const path = `/admin/keys/${encodeURIComponent(id)}${args['with-made'] === true ? '?with_made=true' : ''}`
      const key = await (await connect(world, url)).call('DELETE', path)
      if (json) return world.out(`${JSON.stringify(key)}\n`)
      const made = isMap(key) ? key.made_revoked : undefined
      world.out(`Revoked ${id}${made === undefined ? '' : `, and ${textOf(made)} that it had made`}\n`)
    },
  })

/** Which models a key may call; undefined: all that its path may. */
function modelsIn(args: { readonly 'allowed-models'?: string | undefined; readonly models?: boolean }) {
  const named = args['allowed-models']
  if (args.models !== false) return named === undefined ? undefined : split(named)
  if (named !== undefined)
    throw new UsageError('Cannot use --no-models with --allowed-models: name models, or none')
  return []
}

const modelsOf = ({ allowed_models: allowed, made_by }: Readonly<Record<string, unknown>>): string =>
  Array.isArray(allowed) ? allowed.join(',') || 'none' : typeof made_by === 'string' ? "its maker's" : 'all'

/** The key alone on standard output, so that a script can take it. */
function show(world: World, made: unknown, json: boolean): void {
  const { id, key, warning } = isMap(made) ? made : {}
  if (typeof key !== 'string') throw new FaultError('The gateway answered without a key')
  if (json) {
    world.out(`${JSON.stringify(made)}\n`)
    return
  }
  world.out(`${key}\n`)
  world.note(`${textOf(id)} was made; the key is not shown again\n`)
  if (warning !== undefined) world.note(`${textOf(warning)}\n`)
}

const split = (text: string): string[] =>
  text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')

const toLabels = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    split(text).map(pair => {
      const at = pair.indexOf('=')
      if (at < 1) throw new UsageError(`Cannot use --labels "${text}": expected team=alpha,env=prod`)
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )

function toMilliseconds(text: string, option: string): number {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? []
  if (count === undefined)
    throw new UsageError(`Cannot use --${option} "${text}": expected a time such as 30d`)
  return Number(count) * units[unit]!
}

/** The end of time, as far as dates have a year of four digits (milliseconds since 1970). */
const LAST = Date.UTC(9999, 11, 31)

function toTime(text: string): string {
  if (!/^\d+[smhd]$/.test(text)) return text
  const at = Date.now() + toMilliseconds(text, 'expires')
  if (at > LAST)
    throw new UsageError(`Cannot use --expires "${text}": leave it out for a key that never ends`)
  return new Date(at).toISOString()
}
