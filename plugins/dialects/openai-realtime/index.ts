import type { Dialect } from '../../../src/dialect.ts'
import { refuse } from '../../../src/errors.ts'
import { smallApi } from '../../../src/lens.ts'
import type { Passage } from '../../../src/passage.ts'
import { definePlugin } from '../../../src/plugin.ts'
import { plainRefusal } from '../../../src/respond/respond.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Access } from '../../access/model.ts'
import { createModelCheck } from './models.ts'
import { readTurn } from './turns.ts'

const BETA = 'openai-beta.realtime-v1'

/** OpenAI's Realtime: https://platform.openai.com/docs/guides/realtime-websocket */
const openaiRealtime = (access: Access): Dialect => ({
  ...smallApi,
  name: 'openai-realtime',
  path: '/v1/realtime',
  about: 'A conversation in sound and text, over a WebSocket',
  operation: 'realtime',
  read: modelOnly,
  isStream: () => true,
  usage: () => undefined,
  refusalEvent: (refusal, id) =>
    JSON.stringify({
      type: 'error',
      event_id: `event_${id}`,
      error: { ...plainRefusal(refusal).error, event_id: null },
    }),
  talk: {
    protocols: ['realtime', BETA],
    headers: betaOf,
    fromClient: createModelCheck(access),
    fromProvider: readTurn,
  },
})

/**
 * What else may stand in the address leads elsewhere: to a call that another caller has begun, or to a model that is named
 * only later.
 */
function modelOnly(query: JsonObject): JsonObject {
  const other = Object.keys(query).find(name => name !== 'model')
  if (other === undefined) return query
  const name = other.slice(0, 100)
  return refuse('invalid_request', `Leave "${name}" out of the address: only "model" may stand there`, {
    param: name,
  })
}

/** Clients of the first version say so in a header; those in browsers, which cannot, by a subprotocol. */
function betaOf({ headers }: Request): Readonly<Record<string, string>> {
  const offered = headers.get('sec-websocket-protocol') ?? ''
  const said = headers.get('openai-beta') ?? (offered.includes(BETA) ? 'realtime=v1' : null)
  return said === null ? {} : { 'openai-beta': said }
}

/** Whoever holds a client secret talks to the provider itself, and so do calls by WebRTC and SIP. */
const beside: Passage = {
  name: 'openai-realtime-beside',
  methods: ['POST'],
  path: '/v1/realtime/*',
  about: 'Client secrets, and calls by WebRTC and SIP: they would lead past the gateway, and are refused',
  gives: [],
  refusals: [404],
  run: () =>
    refuse(
      'not_found',
      'Client secrets, and calls by WebRTC and SIP, would lead past the gateway: open a WebSocket at /v1/realtime',
    ),
}

export default definePlugin({
  name: 'openai-realtime',
  about: "Speaks OpenAI's Realtime: conversations in sound and text, over WebSockets.",
  needs: ['access'],
  setup: ({ use }) => ({ dialects: [openaiRealtime(use<Access>('access'))], passages: [beside] }),
})
