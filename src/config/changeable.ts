import type { GenericSchema } from 'valibot'
import type { Input } from '../contract/inventory.ts'
import type { Plugin } from '../contract/plugin.ts'
import { ConfigError } from '../errors.ts'
import { changeableOwn, gatewaySchema } from './gateway.ts'
import { inputOf } from './input.ts'
import { nameOf } from './section-names.ts'
import { fieldSchema } from './sections.ts'
import { toSnake } from './shape.ts'
import { isConcealed, isRevealing } from './veil.ts'

/** A setting that operators may change while the gateway runs. */
export interface Changeable {
  /** Absent for the gateway's own. */
  readonly plugin?: string
  readonly field: string
  readonly input: Input
}

/** All of them, by name. */
export type Changeables = ReadonlyMap<string, Changeable>

/**
 * Which settings operators may change: those that the gateway, or a plugin, says may be changed.
 *
 * @throws ConfigError where a plugin says so of one that cannot be: a secret, or what no field of a form can say.
 */
export function findChangeables(
  plugins: readonly Plugin[],
  brought: ReadonlyMap<string, string>,
): Changeables {
  const own = changeableOwn.map((field): [string, Changeable] => [
    toSnake(field),
    { field, input: inputOf(gatewaySchema.entries[field])! },
  ])
  const theirs = plugins.flatMap(plugin =>
    (plugin.changeable ?? []).map((field): [string, Changeable] => {
      const isOurs = !brought.has(plugin.name)
      return [nameOf(plugin, field), { plugin: plugin.name, field, input: typedInto(plugin, field, isOurs) }]
    }),
  )
  return new Map([...own, ...theirs])
}

function typedInto(plugin: Plugin, field: string, isOurs: boolean): Input {
  const fail = (why: string): never => {
    throw new ConfigError(`Plugin "${plugin.name}" names "${field}" in its "changeable": ${why}`)
  }
  const schema: GenericSchema = fieldSchema(plugin, field) ?? fail('its "config" has no such field')
  if (isConcealed(schema)) fail('a secret cannot be changed there')
  const input = inputOf(schema) ?? fail('only a switch, a number, a choice, a text or a list of texts can be')
  if (!isOurs && ['text', 'list'].includes(input.kind) && isRevealing(schema, ''))
    fail('a text may be a secret: say that it is none, with v.metadata({ secret: false })')
  return input
}
