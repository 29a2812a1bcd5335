import { type Loaded, load } from '../config/load.ts'
import { lookAtDatabase } from '../database/look.ts'
import { ConfigError } from '../errors.ts'
import { type RehearsedStored, rehearseStored } from '../reload/rehearse-stored.ts'
import { command } from './command.ts'
import { Exit, exits, type World } from './world.ts'

/** `modelway check`: everything that would stop a start, without starting; and what a start would leave out. */
export const checkCommand = (world: World) =>
  command({
    name: 'check',
    about: 'Validate config file, environment, virtual models and what is stored; name every mistake',
    args: {
      config: { type: 'string', description: 'The config file, instead of CONFIG_FILE' },
    },
    async run({ config, json }) {
      try {
        const { plugins: ours, loadStrangers } = world
        const flags = typeof config === 'string' ? { configFile: config } : {}
        const loaded = await load({ ours, loadStrangers, flags })
        const checked = await examine(loaded, world)
        world.out(json ? `${JSON.stringify(toJson(loaded, checked))}\n` : praise(loaded, checked))
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error
        const { problems } = error
        world.out(json ? `${JSON.stringify({ ok: false, problems })}\n` : `${problems.join('\n')}\n`)
        throw new Exit(exits.configuration)
      }
    },
  })

interface Checked extends Pick<RehearsedStored, 'providers' | 'stored'> {
  readonly warnings: readonly string[]
}

async function examine(loaded: Loaded, world: World): Promise<Checked> {
  const { migrations, version, readStored } = world
  const { databaseUrl: url, databaseAuthToken: authToken } = loaded.settings
  const warnings = [...loaded.odd()]
  // A configuration is also checked where its database cannot be reached: before it is brought to where that is.
  const database = await lookAtDatabase({ url, ...(authToken !== undefined && { authToken }) }).catch(
    error => {
      if (!(error instanceof ConfigError)) throw error
      warnings.push(`What operators have stored was not looked at. ${error.message}`)
      return undefined
    },
  )
  try {
    const found = await rehearseStored(loaded, { migrations, version, readStored, database: database?.db })
    warnings.push(...found.troubles.map(({ about, text }) => `${about}: ${text}`))
    return { ...found, warnings }
  } finally {
    database?.close()
  }
}

const toJson = ({ settings }: Loaded, { providers, stored, warnings }: Checked) => ({
  ...{ ok: true, problems: [], warnings },
  ...{ file: settings.configFile ?? null, stored_settings: stored, providers },
})

const praise = ({ settings: { configFile } }: Loaded, { providers, stored, warnings }: Checked): string =>
  `${warnings.map(line => `Warning: ${line}\n`).join('')}No mistakes in ${placesOf(configFile, stored)}
Providers: ${providers.join(', ') || 'none'}
`

/** Where settings come from, in words. */
function placesOf(file: string | undefined, stored: number): string {
  const places = [...(file === undefined ? [] : [file]), 'the environment', ...ofDashboard(stored)]
  return [places.slice(0, -1).join(', '), places.at(-1)].filter(Boolean).join(' and ')
}

const ofDashboard = (stored: number): readonly string[] =>
  stored === 0 ? [] : [`${stored} ${stored === 1 ? 'setting' : 'settings'} of the dashboard`]
