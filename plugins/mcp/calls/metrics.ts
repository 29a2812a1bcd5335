import type { Family } from '../../metrics/model.ts'
import type { Tools } from '../model.ts'

/** How often tools were called. */
export const callsFamily = ({ counted }: Pick<Tools, 'counted'>): Family => ({
  name: 'modelway_mcp_calls_total',
  help: 'Calls of tools of MCP servers, by what became of them',
  type: 'counter',
  read: () =>
    counted().map(({ server, tool, outcome, count }) => ({
      labels: { server, tool, outcome },
      value: count,
    })),
})
