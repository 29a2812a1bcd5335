import type { ArgsDef } from 'citty'
import { gatewayEnv } from '../config/gateway.ts'
import { toKebab } from '../config/shape.ts'
import { command } from './command.ts'
import type { World } from './world.ts'

/** `--config` is what people type; every other option is called like the setting. */
const optionOf = (field: string): string => (field === 'configFile' ? 'config' : toKebab(field))

/** `modelway serve`: one option for each of the gateway's own settings. */
export function serveCommand({ serve }: World) {
  const fields = Object.entries(gatewayEnv)
  const options: ArgsDef = Object.fromEntries(
    fields.map(([field, [variable]]) => [
      optionOf(field),
      { type: 'string', description: `Instead of ${variable}` },
    ]),
  )
  return command({
    name: 'serve',
    about: 'Start the gateway',
    args: options,
    run: args => {
      const given = args as Readonly<Record<string, unknown>>
      const flags = Object.fromEntries(
        fields.flatMap(([field]) => {
          const value = given[optionOf(field)]
          return typeof value === 'string' ? [[field, value]] : []
        }),
      )
      return serve({ ...(given.json === true && { logFormat: 'json' }), ...flags })
    },
  })
}
