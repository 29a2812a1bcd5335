import type { Dialect } from '../contract/dialect.ts'
import type { Example } from '../contract/example.ts'
import type { Passage } from '../contract/passage.ts'
import { answerTells, limitTells } from '../respond/headers.ts'
import { LINES } from '../respond/lines.ts'
import type { JsonObject } from '../types.ts'
import { inPath } from './openapi-parameters.ts'
import {
  type Detail,
  heedsOf,
  inHeaders,
  OF_BODIES,
  operationId,
  refer,
  refersTo,
  type Writing,
} from './openapi-parts.ts'
import { json } from './openapi-refusals.ts'

/** Calls whose bodies belong to a vendor: they pass through, so they are open objects here, with an example. */

const open = { type: 'object', additionalProperties: true }
const EVENTS = 'text/event-stream'
const eventStream = { [EVENTS]: { schema: { type: 'string' } } }
const binary = { type: 'string', format: 'binary' }

/** Where a call goes on to a provider. */
const FORWARDED = [400, 403, 404, 429, 502, 504, 529]

const described = (texts: Readonly<Record<string, string>> = {}, more: object = {}) =>
  Object.fromEntries(Object.entries(texts).map(([name, description]) => [name, { ...more, description }]))

/** A body as callers send it; `properties` are those that the gateway itself reads. */
const bodyOf = ({ body, fields, files }: Example = {}, properties: object = {}, more: object = {}) => ({
  schema: {
    ...open,
    ...more,
    properties: { ...described(fields), ...described(files, binary), ...properties },
  },
  ...(body !== undefined && { example: body }),
})

const answerOf = ({ answer }: Example = {}) => json(open, answer !== undefined ? { example: answer } : {})

/** A call that wants a stream. */
const STREAMED = { stream: true, messages: [{}], prompt: '…' }
/** However a dialect says that it wants one. */
const ASKS_STREAM = { ...STREAMED, stream_format: 'sse' }

/** An address that says which model is asked: how it ends, and which fields of a body that stands for. */
interface Ended {
  readonly ending: string
  readonly fields: JsonObject
}

/** Fields of a body that the gateway itself reads; `words` say what a stream is. */
const readIn = (dialect: Dialect, words: string) => ({
  model: { type: 'string', description: 'A model, or a redirect' },
  ...(dialect.isStream(STREAMED) && {
    stream: { type: 'boolean', description: `The answer comes as ${words}` },
  }),
})

/** The documentation of a dialect; at one of its addresses, where that says a part of the body. */
export function describeDialect(dialect: Dialect, writing: Writing, ended?: Ended): Detail {
  const { path, about, example, idHeader, limits = 'openai', framing } = dialect
  const streams = dialect.isStream(ended?.fields ?? ASKS_STREAM)
  const [type, words] = framing === 'lines' ? [LINES, 'lines of JSON'] : [EVENTS, 'server-sent events']
  const tells = { ...answerTells, ...limitTells(limits), ...writing.tells }
  return {
    operationId: operationId('post', path.replace('*', '') + (ended?.ending ?? '')),
    summary: about,
    tags: ['Models'],
    parameters: [
      ...(ended ? [inPath('model')] : []),
      ...heedsOf(writing.heeds.models),
      ...forwardedOf(dialect, writing),
    ],
    requestBody: {
      required: true,
      content: {
        [dialect.takes === 'form' ? 'multipart/form-data' : 'application/json']: bodyOf(
          example,
          ended ? {} : readIn(dialect, words),
          ended || dialect.read ? {} : { required: ['model'] },
        ),
      },
    },
    responses: {
      200: {
        description: "The model's answer",
        headers: {
          ...refersTo('headers', Object.keys(tells)),
          ...(idHeader !== undefined && { [idHeader]: refer('headers', 'x-request-id') }),
        },
        content: {
          ...(!(ended && streams) && answerOf(example)),
          ...(dialect.gives === 'any' && { '*/*': { schema: binary } }),
          ...(streams && { [type]: { schema: { type: 'string' } } }),
        },
      },
      ...writing.refusals(dialect, [...FORWARDED, 401, ...OF_BODIES, 503]),
    },
    security: [{ bearer: [] }, { apiKey: [] }],
  }
}

const forwardedOf = ({ forwardedHeaders }: Dialect, { heeds }: Writing) =>
  inHeaders(
    Object.fromEntries(
      forwardedHeaders
        .filter(name => !(name in heeds.models))
        .map(name => [name, 'Goes on to a provider of this language as it is']),
    ),
  )

/** A document of OpenAPI has no words for what is said on a WebSocket: only for how it is opened. */
export const describeTalk = (dialect: Dialect, { heeds, refusals }: Writing): Detail => ({
  operationId: operationId('get', dialect.path),
  summary: dialect.about,
  description:
    'Only how it is opened is told here: what is said then are the messages of that API, as they are. Access, redirects and limits hold as for every call, and one record has the tokens of all answers.',
  tags: ['Models'],
  parameters: [
    {
      name: 'model',
      in: 'query',
      required: true,
      description: 'A model, or a redirect: the first of its targets that opens is spoken to',
      schema: { type: 'string' },
    },
    ...heedsOf(heeds.callers),
  ],
  responses: {
    101: { description: 'The WebSocket is open' },
    ...refusals(dialect, [...FORWARDED, 401, 426, 503]),
  },
  security: [{ bearer: [] }, { apiKey: [] }],
})

type Method = Passage['methods'][number]

const takes = {
  json: ['application/json'],
  form: ['multipart/form-data'],
  any: ['application/json', 'multipart/form-data', '*/*'],
} as const

/** The good answer of a passage, by media types. */
function contentOf({ gives, example, methods }: Passage, method: Method) {
  // What is deleted is answered in another way than what is read.
  const isShown = method !== 'DELETE' || methods.length === 1
  const contents: Readonly<Record<string, object>> = {
    ...answerOf(isShown ? example : {}),
    ...(method !== 'DELETE' && eventStream),
    '*/*': { schema: {} },
  }
  const types: readonly string[] = gives ?? ['application/json', '*/*']
  const sent = types.filter(type => method !== 'HEAD' && type in contents)
  return Object.fromEntries(sent.map(type => [type, contents[type]]))
}

/** What a passage answers to a method, the good answer first. */
function responsesOf(passage: Passage, method: Method, hasBody: boolean, { refusals }: Writing) {
  const { gives, refusals: own = FORWARDED } = passage
  const content = contentOf(passage, method)
  const good = {
    description: 'The answer',
    headers: refersTo('headers', ['x-request-id']),
    ...(Object.keys(content).length > 0 && { content }),
  }
  return {
    ...(gives?.length !== 0 && { 200: good }),
    ...refusals(passage, [...own, 401, ...(hasBody ? OF_BODIES : []), 503]),
  }
}

/** The documentation of one method of a passage: what goes in and out belongs to the provider. */
export function describePassage(passage: Passage, method: Method, writing: Writing): Detail {
  const { path, about, tag = 'Models', takes: taken, rest = 'rest', example, heeds = {} } = passage
  const hasBody = taken !== undefined && /^P/.test(method)
  return {
    operationId: operationId(method, path.replace('*', `:${rest}`)),
    summary: about,
    tags: [tag],
    parameters: [
      ...[...path.matchAll(/:(\w+)/g)]
        .map(match => match[1]!)
        .concat(path.endsWith('*') ? rest : [])
        .map(inPath),
      ...inHeaders(heeds),
      ...heedsOf(writing.heeds.callers),
    ],
    ...(hasBody && {
      requestBody: {
        required: taken !== 'any',
        content: Object.fromEntries(
          takes[taken].map(type => [type, taken === 'any' ? { schema: {} } : bodyOf(example)]),
        ),
      },
    }),
    responses: responsesOf(passage, method, hasBody, writing),
    security: [{ bearer: [] }, { apiKey: [] }],
  }
}
