import { refuse } from '../errors.ts'
import type { Connection } from '../exchange.ts'
import type { Body } from './body.ts'

/** What a client says when it opens a WebSocket: it has no body, so the fields of the query stand for one. */
export function readOpening(request: Request, connection: Connection): Body {
  const isAsked = request.headers.get('upgrade')?.toLowerCase() === 'websocket'
  if (!isAsked || connection.upgrade === undefined)
    refuse('unsupported_operation', 'Open a WebSocket here: this address takes no other requests', {
      status: 426,
    })
  const fields = new Map<string, string>()
  for (const [name, value] of new URL(request.url).searchParams) {
    if (fields.has(name))
      refuse('invalid_request', `The address says "${name.slice(0, 100)}" twice: say it once`, {
        param: name.slice(0, 100),
      })
    fields.set(name, value)
  }
  const json = Object.fromEntries(fields)
  return { text: JSON.stringify(json), json }
}
