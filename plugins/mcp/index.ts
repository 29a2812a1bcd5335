import { definePlugin } from '../../src/contract/plugin.ts'
import type { Auth } from '../auth/model.ts'
import type { Concerns } from '../concerns/model.ts'
import type { Guardrails } from '../guardrails/look.ts'
import type { ToolLimits } from '../limits/holding/tools.ts'
import type { OfferedTools } from '../limits/rules/unknown-tools.ts'
import type { Metrics } from '../metrics/model.ts'
import type { SignOn } from '../oidc/model.ts'
import { createMcpApi } from './api.ts'
import { callsFamily, readsFamily } from './calls/metrics.ts'
import { openRecords } from './calls/records.ts'
import { createTally } from './calls/tally.ts'
import { createCallsPage } from './calls-page.tsx'
import { createToolWatch } from './concerns.ts'
import { createDoor } from './door/door.ts'
import { createSignOn } from './door/sign-on.ts'
import type { Tools } from './model.ts'
import type { Memory } from './open.ts'
import { createToolsPage } from './page.tsx'
import { openReview } from './review/review.ts'
import { mcpCalls, mcpTools } from './schema.ts'
import { toServers } from './servers/server.ts'
import { mcpSettings } from './settings.ts'

/** How often servers are asked what they offer (milliseconds). */
const REFRESH = 60_000
/** How long the record of a call may be in memory only. */
const WRITE = 1000
/** How often some old ones are thrown away. */
const FORGET = 10_000

const NOTHING: Tools = {
  servers: () => [],
  counted: () => [],
  countedEverywhere: async () => [],
  records: async () => ({ rows: [], next: undefined, isPart: false }),
  accept: async () => {},
  refresh: async () => {},
}

export default definePlugin({
  name: 'mcp',
  about: 'Leads agents to the tools of MCP servers, by who may use them, at /mcp.',
  config: mcpSettings,
  env: {
    declared: ['MCP_SERVERS'],
    timeout: ['MCP_TIMEOUT'],
    answerLimit: ['MCP_ANSWER_LIMIT'],
    retention: ['MCP_RETENTION'],
  },
  changeable: ['timeout', 'answerLimit'],
  needs: ['concerns', 'auth', 'limits', 'guardrails', 'oidc', 'metrics'],
  tables: { mcpCalls, mcpTools },
  async setup(host) {
    const { config, log, now, site, use, inherited } = host
    const signOn = createSignOn({ ...use<SignOn>('oidc'), base: site.base })
    const page = (tools: Tools) =>
      createToolsPage({ tools, now, hasSignOn: signOn.challenge !== undefined, configFile: site.configFile })
    const servers = toServers(config)
    if (servers.size === 0) return { api: createMcpApi(NOTHING), pages: [page(NOTHING)] }
    // What is not used is not loaded; the library, which is large, not before it is needed.
    const { openTools } = await import('./open.ts')
    const memory = (inherited as Memory | undefined) ?? { standings: new Map(), tally: createTally() }
    const records = openRecords(host.db, log)
    const review = await openReview(host)
    const limits = use<ToolLimits>('limits')
    const tools = openTools(host, {
      ...{ servers, records, review, memory },
      guardrails: use<Guardrails>('guardrails'),
      limits,
    })
    limits.offer(() => offeredBy(tools))
    use<Concerns>('concerns').add(createToolWatch(tools))
    use<Metrics>('metrics').add(callsFamily(tools))
    use<Metrics>('metrics').add(readsFamily(tools))
    const failed = ({ message }: Error) => log.debug('A message to /mcp was not answered', { what: message })
    return {
      heritage: memory,
      figures: tools.figures,
      hear: tools.hear,
      origins: [...servers.values()].map(({ url }) => new URL(url).origin),
      api: [
        ...createDoor({ servers, challenge: signOn.challenge, serve: tools.serve, failed }),
        ...signOn.api,
        ...createMcpApi(tools),
      ],
      pages: [page(tools), createCallsPage({ tools, now, nameOf: nameWith(use<Auth>('auth')) })],
      start() {
        void tools.ask()
      },
      ticks: [
        {
          every: REFRESH,
          async run() {
            tools.purge()
            await review.refresh()
            await tools.ask()
          },
        },
        { every: WRITE, run: records.flush },
        {
          every: FORGET,
          run: () => (config.retention === 0 ? undefined : records.forget(now() - config.retention)),
        },
      ],
      async close() {
        await tools.close()
        await records.flush()
      },
    }
  },
})

/** Every server with its tools, for limits that name some; one that was never reached may have any. */
const offeredBy = ({ servers }: Tools): OfferedTools =>
  new Map(
    servers().map(({ server, standing: { offer } }) => [
      server.name,
      offer && new Set(offer.tools.map(({ name }) => name)),
    ]),
  )

/** Callers without a managed key → in words. */
const callers: Readonly<Record<string, string>> = { master: 'Master key', open: 'No key' }

const nameWith =
  ({ nameOf }: Pick<Auth, 'nameOf'>) =>
  (key: string): string | undefined =>
    Object.hasOwn(callers, key) ? callers[key] : nameOf(key)
