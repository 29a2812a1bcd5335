import { shell } from '../../../views/quote.ts'

/** Where agents find the tools, and with what. */
export interface Door {
  /** `http://127.0.0.1:8080/mcp` */
  readonly address: string
  /** The gateway asks for no key. */
  readonly isOpen: boolean
}

/** Something to copy, and where it goes. */
export interface Piece {
  readonly place: string
  readonly text: string
}

/** How agents are led to the tools. The key is read from the environment, so that it stands in no file. */
export function piecesFor({ address, isOpen }: Door): readonly Piece[] {
  const header = ' \\\n  --header "Authorization: Bearer $MODELWAY_KEY"'
  const server = {
    type: 'http',
    url: address,
    ...(!isOpen && { headers: { Authorization: 'Bearer ${MODELWAY_KEY}' } }),
  }
  return [
    {
      place: 'Claude Code: in a shell',
      text: `claude mcp add --transport http modelway ${shell(address)}${isOpen ? '' : header}`,
    },
    {
      place: '.mcp.json, and what others call mcpServers',
      text: JSON.stringify({ mcpServers: { modelway: server } }, null, 2),
    },
    {
      place: 'Codex: ~/.codex/config.toml',
      text: `[mcp_servers.modelway]\nurl = ${JSON.stringify(address)}${isOpen ? '' : '\nbearer_token_env_var = "MODELWAY_KEY"'}`,
    },
  ]
}
