import type { Family } from '../../metrics/model.ts'
import type { Tools } from '../model.ts'

/** How often tools were called. */
export const callsFamily = ({ counted }: Pick<Tools, 'counted'>): Family => ({
  name: 'modelway_mcp_calls_total',
  help: 'Calls of tools of MCP servers, by what became of them',
  type: 'counter',
  read: () =>
    counted()
      .filter(({ kind }) => kind === 'tool')
      .map(({ server, name, outcome, count }) => ({ labels: { server, tool: name, outcome }, value: count })),
})

/** How often prompts and resources were read. */
export const readsFamily = ({ counted }: Pick<Tools, 'counted'>): Family => ({
  name: 'modelway_mcp_reads_total',
  help: 'Prompts and resources of MCP servers that were read, by what became of it; resources without their names',
  type: 'counter',
  read: () =>
    counted()
      .filter(({ kind }) => kind !== 'tool')
      .map(({ count, ...labels }) => ({ labels, value: count })),
})
