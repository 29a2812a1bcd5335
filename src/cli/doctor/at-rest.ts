import { stampOf } from '../../base/runtime.ts'
import { isSetByRuntime } from '../../config/environment.ts'
import { type GatewaySettings, gatewayEnv } from '../../config/gateway.ts'
import { type Loaded, load } from '../../config/load.ts'
import type { Provider } from '../../contract/provider.ts'
import { openDatabase } from '../../database/open.ts'
import { ConfigError } from '../../errors.ts'
import { rehearse } from '../../reload/rehearse.ts'
import { createEgress } from '../../upstream/egress.ts'
import type { World } from '../world.ts'
import { clockFinding } from './clock.ts'
import { type Finding, timed } from './finding.ts'
import { createLists } from './lists.ts'

/** Looks at what a start would find, without starting. */
export async function examineAtRest(world: World): Promise<readonly Finding[]> {
  try {
    const loaded = await load({ ours: world.plugins, loadStrangers: world.loadStrangers })
    const { settings, odd } = loaded
    // The house is set up for that: what only plugins can judge is found here.
    const lists = await examineProviders(loaded, world)
    const name = 'configuration'
    return [
      ...odd().map((text): Finding => ({ name, state: 'note', text })),
      { name, state: 'ok', text: `No mistakes in ${settings.configFile ?? 'the environment'}` },
      await examinePort(settings, world),
      await examineDatabase(settings),
      ...lists,
    ]
  } catch (error) {
    return toProblems(error)
  }
}

/** Each mistake of a configuration. Anything else is a fault of ours. */
function toProblems(error: unknown): Finding[] {
  if (!(error instanceof ConfigError)) throw error
  return error.problems.map(text => ({ name: 'configuration', state: 'bad', text }))
}

async function examinePort({ host, port }: GatewaySettings, world: World): Promise<Finding> {
  const why = await world.whyNotListen(host, port)
  const name = 'port'
  if (why === undefined) return { name, state: 'ok', text: `${host}:${port} is free` }
  const [text, mend] = why
  return { name, state: 'bad', text: `Cannot listen on ${host}:${port}: ${text}`, mend }
}

async function examineDatabase({ databaseUrl, databaseAuthToken }: GatewaySettings): Promise<Finding> {
  const name = 'database'
  const file = /^file:(?:\/\/)?([^?]+)/.exec(databaseUrl)?.[1]
  // To look must not make one.
  if (file !== undefined && (await stampOf(file)) === undefined)
    return { name, state: 'ok', text: `${file} is not there yet: the first start makes it` }
  try {
    const { ms } = await timed(async () => {
      const database = await openDatabase(databaseUrl, databaseAuthToken)
      try {
        await database.db.run('select 1')
      } finally {
        database.close()
      }
    })
    return { name, state: 'ok', text: 'It opens', ms }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { name, state: 'bad', text: error.message, mend: `Check ${gatewayEnv.databaseUrl[0]}` }
  }
}

/** Asks each provider for its list, with the settings of this configuration, and compares the clock with theirs. */
async function examineProviders(loaded: Loaded, { migrations, version }: World): Promise<readonly Finding[]> {
  let known: ReadonlyMap<string, Provider> = new Map()
  const allowed = new Set(loaded.settings.egressAllow)
  const egress = createEgress({
    isAllowed: origin => allowed.has(origin) || originsOf(known).has(origin),
    byFetch: isSetByRuntime(),
  })
  const lists = createLists(egress.fetch)
  const findings: Finding[] = []
  try {
    await rehearse(loaded, {
      migrations,
      version,
      fetch: egress.fetch,
      async meanwhile(providers) {
        known = providers
        findings.push(...(await Promise.all([...providers.values()].map(lists.examine))))
      },
    })
  } finally {
    egress.close()
  }
  const clock = lists.clock()
  return [...findings, clockFinding(clock?.theirs, clock?.ours ?? 0, clock?.whose ?? '')]
}

const originsOf = (providers: ReadonlyMap<string, Provider>): ReadonlySet<string> =>
  new Set(
    [...providers.values()].flatMap(({ baseUrl, origins = [] }) =>
      baseUrl === undefined ? origins : [new URL(baseUrl).origin, ...origins],
    ),
  )
