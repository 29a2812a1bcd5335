import type { Dialect } from '../../../src/contract/dialect.ts'
import type { Passage } from '../../../src/contract/passage.ts'
import { definePlugin } from '../../../src/contract/plugin.ts'
import { smallApi } from '../../../src/contract/small-api.ts'
import { plainRefusal, refuse } from '../../../src/errors.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Access } from '../../access/model.ts'
import { createModelCheck } from './models.ts'
import { asksForAnswer, readTurn } from './turns.ts'

const BETA = 'openai-beta.realtime-v1'

/** OpenAI's Realtime: https://platform.openai.com/docs/guides/realtime-websocket */
const openaiRealtime = (access: Access): Dialect => ({
  ...smallApi,
  name: 'openai-realtime',
  path: '/v1/realtime',
  about: 'A conversation in sound and text, over a WebSocket',
  operation: 'realtime',
  read: readQuery,
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
    query: toQuery,
    headers: betaOf,
    fromClient: createModelCheck(access),
    asks: asksForAnswer,
    fromProvider: readTurn,
  },
})

const TRANSCRIPTION = 'transcription'
const allowed: ReadonlySet<string> = new Set(['model', 'intent'])

/**
 * What else may stand in the address leads elsewhere: to a call that another caller has begun. Whoever wants to transcribe
 * names the model here, too, although providers hear of it only later: it says where to go.
 */
function readQuery(query: JsonObject): JsonObject {
  const other = Object.keys(query).find(name => !allowed.has(name))
  if (other !== undefined) {
    const param = other.slice(0, 100)
    refuse('invalid_request', `Leave "${param}" out of the address: "model" and "intent" may stand there`, {
      param,
    })
  }
  const { intent, model } = query
  if (intent !== undefined && intent !== TRANSCRIPTION)
    refuse('invalid_request', `Field "intent" must be "${TRANSCRIPTION}", or be left out`, {
      param: 'intent',
    })
  if (intent !== undefined && model === undefined)
    refuse(
      'invalid_request',
      'Name the model in the address, too: /v1/realtime?intent=transcription&model=NAME',
      {
        param: 'model',
      },
    )
  return query
}

/** A session that transcribes has no model at the provider: its first event names one. */
const toQuery = ({ intent }: JsonObject, model: string): Readonly<Record<string, string>> =>
  intent === TRANSCRIPTION ? { intent } : { model }

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
