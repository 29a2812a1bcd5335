import { connect, urlOption } from './client.ts'
import { command } from './command.ts'
import { isMap, mapOf, mapsOf, textOf, type Values } from './foreign.ts'
import { table } from './table.ts'
import type { World } from './world.ts'

/** `modelway explain MODEL`: what would become of a request, and why. Asks the gateway; no provider is called. */
export const explainCommand = (world: World) =>
  command({
    name: 'explain',
    about: 'Tell what would become of a request, and why',
    args: {
      ...urlOption,
      model: { type: 'positional', required: true, description: 'The name that a caller would ask for' },
      'user-path': { type: 'string', description: 'On whose behalf: /team/alpha' },
      'key-id': { type: 'string', description: 'As the holder of this key' },
      user: { type: 'string', description: 'As this user of the caller, whom an app names' },
      dialect: { type: 'string', description: 'In this language: openai-chat' },
    },
    async run(args) {
      const client = await connect(world, args.url)
      const answer = await client.call('POST', '/admin/explain', {
        model: args.model,
        ...(args['user-path'] !== undefined && { user_path: args['user-path'] }),
        ...(args['key-id'] !== undefined && { key_id: args['key-id'] }),
        ...(args.user !== undefined && { user: args.user }),
        ...(args.dialect !== undefined && { dialect: args.dialect }),
      })
      world.out(args.json ? `${JSON.stringify(answer)}\n` : renderExplanation(mapOf(answer)))
    },
  })

/** For people. Takes what it knows, so that a gateway of another version can be asked too. */
function renderExplanation(answer: Values): string {
  const { model, caller, user_path: path, read, steps, targets, dropped, listed, outcome } = answer
  const who = [caller && `as ${textOf(caller)}`, path && `at ${textOf(path)}`].filter(Boolean).join(' ')
  return [
    `${textOf(model)}${who === '' ? '' : ` (${who})`}\n`,
    read === undefined ? '' : `${textOf(read)}\n`,
    part(
      'Decided',
      mapsOf(steps).map(({ plugin, text }) => [textOf(plugin), textOf(text)]),
    ),
    part('Tried, in this order', mapsOf(targets).map(toTarget)),
    part(
      'Left out',
      mapsOf(dropped).map(({ name, via, code, reason }) => [
        textOf(name) + by(via),
        textOf(code),
        textOf(reason),
      ]),
    ),
    `\n${listed === undefined ? '' : `Listed at /v1/models: ${listed ? 'yes' : 'no'}\n`}`,
    `Outcome: ${toOutcome(outcome)}\n`,
  ].join('')
}

function toTarget({ provider, model, via, base_url: url, skipped }: Values, index: number): string[] {
  return [
    `${index + 1}.`,
    `${textOf(provider)}/${textOf(model)}${by(via)}`,
    textOf(url),
    skipped === undefined ? '' : `skipped: ${textOf(skipped)}`,
  ]
}

const by = (via: unknown): string => {
  const names = (Array.isArray(via) ? via : []).map(leg => (isMap(leg) ? textOf(leg.source) : textOf(leg)))
  return names.length === 0 ? '' : ` via ${names.join(' → ')}`
}

function toOutcome(outcome: unknown): string {
  if (!isMap(outcome)) return textOf(outcome)
  const { status, code, message } = outcome
  return [status, code, message]
    .map(textOf)
    .filter(text => text !== '')
    .join(' ')
}

function part(title: string, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const [head = [], ...rest] = rows
  return `\n${title}\n${table(head, rest).replace(/^/gm, '  ').trimEnd()}\n`
}
