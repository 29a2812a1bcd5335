import { type Loaded, load } from '../config/load.ts'
import { ConfigError } from '../errors.ts'
import { rehearse } from '../reload/rehearse.ts'
import { command } from './command.ts'
import { Exit, exits, type World } from './world.ts'

/** `modelway check`: everything that would stop a start, without starting. */
export const checkCommand = (world: World) =>
  command({
    name: 'check',
    about: 'Validate config file, environment and virtual models; name every mistake',
    args: {
      config: { type: 'string', description: 'The config file, instead of CONFIG_FILE' },
    },
    async run({ config, json }) {
      try {
        const { plugins: ours, loadStrangers, migrations, version } = world
        const flags = typeof config === 'string' ? { configFile: config } : {}
        const loaded = await load({ ours, loadStrangers, flags })
        const providers = await rehearse(loaded, { migrations, version })
        const facts = { file: loaded.settings.configFile ?? null, providers }
        world.out(
          json
            ? `${JSON.stringify({ ok: true, problems: [], warnings: loaded.odd(), ...facts })}\n`
            : praise(loaded, providers),
        )
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error
        const { problems } = error
        world.out(json ? `${JSON.stringify({ ok: false, problems })}\n` : `${problems.join('\n')}\n`)
        throw new Exit(exits.configuration)
      }
    },
  })

const praise = ({ settings, odd }: Loaded, providers: readonly string[]): string =>
  `${odd()
    .map(line => `Warning: ${line}\n`)
    .join(
      '',
    )}No mistakes in ${settings.configFile === undefined ? 'the environment' : `${settings.configFile} and the environment`}
Providers: ${providers.join(', ') || 'none'}
`
