import { Refusal } from '../errors.ts'
import type { Door } from './door.ts'
import { refusalResponse } from './refusals.ts'

/** What pages elsewhere may call: models, and what providers offer beside them. Operators have pages of their own. */
const OPEN = ['/v1/', '/v1beta/', '/v1alpha/', '/p/']
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'
/** Names of headers, as browsers list them. */
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~, -]{0,4000}$/
/** A browser asks again after so long (seconds); some cut it to two hours. */
const MAX_AGE = '7200'

/**
 * Lets pages of these origins (`*`: of all) call models from a browser (Fetch, "CORS protocol"). They prove who they are
 * with a key like everybody else: cookies never come along, so a page cannot use what somebody is signed in to.
 */
export function withCors(door: Door, origins: readonly string[], base: string): Door {
  if (origins.length === 0) return door
  const isAny = origins.includes('*')
  const isAllowed = (origin: string) => isAny || origins.includes(origin)

  function preflight(request: Request, origin: string): Response {
    const asked = request.headers.get('access-control-request-headers') ?? ''
    return new Response(null, {
      status: 204,
      headers: {
        ...grant(origin),
        'access-control-allow-methods': METHODS,
        ...(HEADER_NAMES.test(asked) && asked !== '' && { 'access-control-allow-headers': asked }),
        'access-control-max-age': MAX_AGE,
      },
    })
  }

  const grant = (origin: string) => ({
    'access-control-allow-origin': isAny ? '*' : origin,
    'access-control-expose-headers': '*',
    vary: 'origin, access-control-request-headers',
  })

  return async (request, connection) => {
    const origin = request.headers.get('origin')
    if (origin === null || !isOpen(request.url, base)) return door(request, connection)
    const isQuestion = request.method === 'OPTIONS' && request.headers.has('access-control-request-method')
    if (!isAllowed(origin)) return isQuestion ? refused(origin) : door(request, connection)
    if (isQuestion) return preflight(request, origin)
    const response = await door(request, connection)
    for (const [name, value] of Object.entries(grant(origin))) response.headers.set(name, value)
    return response
  }
}

/** The browser shows nothing of it to the page, but to whoever looks for the mistake. */
const refused = (origin: string): Response =>
  refusalResponse(
    new Refusal('forbidden', `Pages of ${origin.slice(0, 200)} may not call this gateway: see CORS_ORIGINS`),
  )

function isOpen(url: string, base: string): boolean {
  const path = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('://') + 3)
  return OPEN.some(open => url.startsWith(base + open, path))
}
