import { definePlugin } from '../../src/plugin.ts'
import type { Concerns } from '../concerns/model.ts'
import type { Guardrails } from '../guardrails/look.ts'
import type { Metrics } from '../metrics/model.ts'
import { createMcpApi } from './api.ts'
import { createToolWatch } from './concerns.ts'
import { createDoor } from './door.ts'
import { callsFamily } from './metrics.ts'
import type { Tools } from './model.ts'
import type { Memory } from './open.ts'
import { createToolsPage } from './page.tsx'
import { toServers } from './server.ts'
import { mcpSettings } from './settings.ts'
import { createTally } from './tally.ts'

/** How often servers are asked what they offer (milliseconds). */
const REFRESH = 60_000

const NOTHING: Tools = {
  servers: () => [],
  counted: () => [],
  countedEverywhere: async () => [],
  refresh: async () => {},
}

export default definePlugin({
  name: 'mcp',
  about: 'Leads agents to the tools of MCP servers, by who may use them, at /mcp.',
  config: mcpSettings,
  env: { declared: ['MCP_SERVERS'], timeout: ['MCP_TIMEOUT'], answerLimit: ['MCP_ANSWER_LIMIT'] },
  needs: ['concerns', 'guardrails', 'metrics'],
  async setup(host) {
    const { config, log, now, site, use, inherited } = host
    const page = (tools: Tools) => createToolsPage({ tools, now, configFile: site.configFile })
    const servers = toServers(config)
    if (servers.size === 0) return { api: createMcpApi(NOTHING), pages: [page(NOTHING)] }
    // What is not used is not loaded; the library, which is large, not before it is needed.
    const { openTools } = await import('./open.ts')
    const memory = (inherited as Memory | undefined) ?? { standings: new Map(), tally: createTally() }
    const tools = openTools(host, { servers, guardrails: use<Guardrails>('guardrails'), memory })
    use<Concerns>('concerns').add(createToolWatch(tools))
    use<Metrics>('metrics').add(callsFamily(tools))
    const failed = ({ message }: Error) => log.debug('A message to /mcp was not answered', { what: message })
    return {
      heritage: memory,
      figures: tools.figures,
      hear: tools.hear,
      origins: [...servers.values()].map(({ url }) => new URL(url).origin),
      api: [...createDoor({ servers, serve: tools.serve, failed }), ...createMcpApi(tools)],
      pages: [page(tools)],
      start() {
        void tools.ask()
      },
      ticks: [
        {
          every: REFRESH,
          async run() {
            tools.purge()
            await tools.ask()
          },
        },
      ],
      close: tools.close,
    }
  },
})
