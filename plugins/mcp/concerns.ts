import type { Watch } from '../concerns/model.ts'
import type { Tools } from './model.ts'

/** MCP servers that could not be asked. */
export const createToolWatch = (tools: Pick<Tools, 'servers'>): Watch => ({
  kind: 'mcp',
  many: 'MCP servers that cannot be asked',
  act: 'Tools',
  place: '/tools',
  look: () =>
    tools
      .servers()
      .filter(({ standing }) => standing.state === 'away')
      .map(({ server: { name }, standing }) => ({
        about: name,
        tone: 'bad',
        words: ['The MCP server ', { name }, ` ${standing.error}: its tools cannot be called.`],
        act: 'See the server',
        place: '/tools',
      })),
})
