import { isSetByRuntime } from '../../config/environment.ts'
import { type GatewaySettings, gatewayEnv } from '../../config/gateway.ts'
import { type Loaded, load } from '../../config/load.ts'
import type { Foretold } from '../../contract/foreseen.ts'
import { type Looked, lookAtDatabase } from '../../database/look.ts'
import { type Database, fileOf, whyNotWritable } from '../../database/open.ts'
import { ConfigError } from '../../errors.ts'
import type { House } from '../../registry.ts'
import { rehearseStored } from '../../reload/rehearse-stored.ts'
import { createAllowed } from '../../upstream/allowed.ts'
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
    const { finding, database } = await examineDatabase(settings)
    try {
      // The house is set up for that: what only plugins can judge is found here.
      const found = await examineHouse(loaded, { world, database: database?.db })
      const name = 'configuration'
      return [
        ...odd().map((text): Finding => ({ name, state: 'note', text })),
        { name, state: 'ok', text: `No mistakes in ${settings.configFile ?? 'the environment'}` },
        await examinePort(settings, world),
        finding,
        ...found,
      ]
    } finally {
      database?.close()
    }
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

interface DatabaseExamined {
  readonly finding: Finding
  /** Absent where there is nothing to look at. */
  readonly database?: Looked | undefined
}

/** To look must neither make nor change one. */
async function examineDatabase({
  databaseUrl: url,
  databaseAuthToken: authToken,
}: GatewaySettings): Promise<DatabaseExamined> {
  const name = 'database'
  try {
    const { value: database, ms } = await timed(() =>
      lookAtDatabase({ url, ...(authToken !== undefined && { authToken }) }),
    )
    const file = fileOf(url)
    if (database === undefined) {
      const text =
        file === undefined ? 'It is in memory' : `${file} is not there yet: the first start makes it`
      return { finding: { name, state: 'ok', text } }
    }
    const why = file === undefined ? undefined : whyNotWritable(file)
    if (why !== undefined) return { finding: { name, state: 'bad', text: why }, database }
    return { finding: { name, state: 'ok', text: 'It opens', ms }, database }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const mend = `Check ${gatewayEnv.databaseUrl[0]}`
    return { finding: { name, state: 'bad', text: error.message, mend } }
  }
}

interface Place {
  readonly world: World
  /** What operators have stored is there. */
  readonly database: Database | undefined
}

/** What is stored, and each provider's list, with the settings of this configuration; compares the clock with theirs. */
async function examineHouse(loaded: Loaded, { world, database }: Place): Promise<readonly Finding[]> {
  const { migrations, version, readStored } = world
  let house: House | undefined
  const whenBuilt = () => house ?? notYet()
  const egress = createEgress({
    ...createAllowed(loaded.settings.egressAllow, whenBuilt),
    byFetch: isSetByRuntime(),
  })
  const lists = createLists(egress.fetch)
  const findings: Finding[] = []
  try {
    const { troubles, stored } = await rehearseStored(loaded, {
      ...{ migrations, version, readStored, database, fetch: egress.fetch },
      async meanwhile(built) {
        house = built
        const providers = [...built.providers.all().values()]
        findings.push(...(await Promise.all(providers.map(lists.examine))))
      },
    })
    findings.unshift(...toStored(stored), ...troubles.map(toTrouble))
  } finally {
    egress.close()
  }
  const clock = lists.clock()
  return [...findings, clockFinding(clock?.theirs, clock?.ours ?? 0, clock?.whose ?? '')]
}

const toStored = (stored: number): readonly Finding[] =>
  stored === 0 ? [] : [{ name: 'stored settings', state: 'ok', text: `${stored} of the dashboard fit` }]

const toTrouble = ({ about, text, isBad }: Foretold): Finding => ({
  name: about,
  state: isBad ? 'bad' : 'note',
  text,
})

const notYet = (): never => {
  throw new ConfigError('A plugin asks somebody during setup: wait for "start"')
}
