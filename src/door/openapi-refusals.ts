/** The documentation of a body of this schema. */
export const json = (schema: object) => ({ 'application/json': { schema } })

const errorSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['message', 'type', 'code'],
      properties: {
        message: { type: 'string' },
        type: { type: 'string' },
        param: { type: ['string', 'null'] },
        code: { type: ['string', 'null'] },
      },
    },
  },
}

const statusTexts: Readonly<Record<number, string>> = {
  400: 'The request is malformed',
  401: 'The key is missing or not valid',
  403: 'Not allowed',
  404: 'Not found',
  409: 'In conflict with what is stored',
  412: 'Changed by somebody else in the meantime',
  413: 'The body is too large',
  422: 'Well-formed, but the values do not make sense',
  429: 'Too many requests',
  502: 'The provider failed',
  503: 'Not available at the moment',
  504: 'The provider did not answer in time',
}

/** The documentation of the refusals that callers should expect, by status. */
export const refusals = (statuses: readonly number[]) =>
  Object.fromEntries(
    statuses.map(status => [
      status,
      { description: statusTexts[status] ?? 'Refused', content: json(errorSchema) },
    ]),
  )
