import type { Dialect } from '../contract/dialect.ts'
import { type Detail, FORWARDED, operationId } from './openapi.ts'
import { refusals } from './openapi-refusals.ts'

/** A document of OpenAPI has no words for what is said on a WebSocket: only for how it is opened. */
export const describeTalk = ({ path, about }: Dialect): Detail => ({
  operationId: operationId('get', path),
  summary: about,
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
  ],
  responses: {
    101: { description: 'The WebSocket is open' },
    ...refusals('others', [...FORWARDED, 401, 426, 503]),
  },
  security: [{ bearer: [] }, { apiKey: [] }],
})
