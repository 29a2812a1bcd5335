import * as v from 'valibot'
import { type Api, defineApi } from '../../src/contract/api.ts'
import { says } from '../../src/contract/settings.ts'
import { refuse } from '../../src/errors.ts'
import type { BodyStore, Stored } from './store.ts'

const bodyView = v.object({
  /** Parsed where it is whole JSON, else text; null where there was none that could be read. */
  body: says('As it was sent', v.unknown()),
  truncated: says('It was longer than what is kept', v.boolean()),
})

const requestView = v.object({
  id: says('Of the call', v.string()),
  at: says('When it arrived', v.string()),
  user_path: says('On whose behalf', v.string()),
  key_id: says('The id of the key', v.string()),
  method: says('Of the call', v.string()),
  path: says('Its address', v.string()),
  status: says('What the client got', v.number()),
  code: says('The error code', v.nullable(v.string())),
  headers: says('Without what authorizes', v.record(v.string(), v.string())),
  request: says('What the client sent', bodyView),
  response: says('What it got', bodyView),
})

const toBody = (text: string | null, truncated: boolean): v.InferOutput<typeof bodyView> => ({
  body: text === null ? null : parsed(text),
  truncated,
})

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const toView = (row: Stored): v.InferOutput<typeof requestView> => ({
  id: row.id,
  at: new Date(row.at).toISOString(),
  user_path: row.userPath,
  key_id: row.keyId,
  method: row.method,
  path: row.path,
  status: row.status,
  code: row.code,
  headers: row.headers,
  request: toBody(row.request, row.isRequestCut),
  response: toBody(row.response, row.isResponseCut),
})

/** `GET /admin/requests/:id`. */
export function createBodiesApi(store: BodyStore): Api[] {
  return [
    defineApi({
      method: 'GET',
      path: '/admin/requests/:id',
      access: 'admin',
      tag: 'History',
      summary: 'What a caller wrote and was told',
      description:
        'By the `x-request-id` of the answer, and not for operators who only read. Only of callers whom `REQUEST_LOG_BODIES` names; credentials are replaced by `[redacted]`, `data:` URLs by their type and size, and what is longer than `REQUEST_LOG_BODY_LIMIT` is cut. The events of a stream are put together. Whatever else is known of the call is in its usage record.',
      answer: { about: 'The call', schema: requestView },
      refusals: [403, 404],
      async run({ params, admin }) {
        if (admin?.mayWrite !== true)
          refuse('forbidden', 'You operate as a reader: what people wrote is not shown to you')
        await store.flush()
        const row = await store.find(params.id ?? '')
        if (row !== undefined) return toView(row)
        return refuse(
          'not_found',
          'No bodies are kept of this call: REQUEST_LOG_BODIES does not name its caller, or they were too old or too many',
          { param: 'id' },
        )
      },
    }),
  ]
}
