import type { McpServer } from '../model.ts'

/** Stands between the name of a server, which never holds it, and that of a tool. */
const SEAM = '__'

/** What a tool, or a prompt, of one server is called among those of all. */
export const toShared = ({ name }: McpServer, own: string): string => `${name}${SEAM}${own}`

/** The names of server and tool; undefined where it is none of ours. */
export function fromShared(shared: string): { readonly server: string; readonly own: string } | undefined {
  const at = shared.indexOf(SEAM)
  return at < 1 ? undefined : { server: shared.slice(0, at), own: shared.slice(at + SEAM.length) }
}
