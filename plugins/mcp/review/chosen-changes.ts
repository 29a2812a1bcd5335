import { refuse } from '../../../src/errors.ts'
import type { ServerView } from '../model.ts'
import { type Change, hashOfAll } from './review.ts'

export interface Choice {
  readonly server: string
  /** Undefined: all that have changed. */
  readonly tool?: string | undefined
  /** Says what the operator has looked at. */
  readonly hash: string
}

/** The changes that an operator accepts, as they were looked at; refused where they are others by now. */
export function chosenChanges(
  servers: readonly ServerView[],
  { server, tool, hash }: Choice,
): readonly Change[] {
  const found = servers.find(each => each.server.name === server)
  if (found === undefined)
    return refuse('not_found', `There is no MCP server "${server.slice(0, 100)}"`, { param: 'server' })
  const changes = found.changes.filter(each => tool === undefined || each.tool.name === tool)
  if (changes.length === 0)
    return refuse('not_found', `Nothing of MCP server "${server}" waits to be accepted`, { param: 'tool' })
  const seen = tool === undefined ? hashOfAll(changes) : changes[0]!.hash
  if (seen !== hash)
    return refuse('conflict', 'It has changed again since it was looked at: look at it once more', {
      param: 'hash',
    })
  return changes
}
