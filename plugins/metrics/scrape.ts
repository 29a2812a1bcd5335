import { keyedHash, randomToken } from '../../src/base/runtime.ts'
import { type Api, defineApi } from '../../src/contract/api.ts'
import type { Exposed } from './exposition.ts'

/** The address that Prometheus reads. */
export const createScrapeApi = (expose: () => Promise<Exposed>): Api =>
  defineApi({
    method: 'GET',
    path: '/metrics',
    access: 'admin',
    tag: 'Health',
    summary: 'Figures for Prometheus',
    description:
      'In the text format of Prometheus. Whoever holds `METRICS_TOKEN` may read it, and nothing else: `Authorization: Bearer TOKEN`. No label ever holds a key or the id of one; paths of users only where `METRICS_USER_PATH_DEPTH` says how deep.',
    answer: { about: 'All metrics', type: 'text/plain' },
    async run() {
      const { contentType, text } = await expose()
      return new Response(text, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } })
    },
  })

/**
 * Does a scraper call? It is an operator at this one address and nowhere else. Both sides are hashed with a secret, so
 * that the time of the comparison tells nothing.
 */
export function createScraperCheck(token: string | undefined, path: string): (request: Request) => boolean {
  if (token === undefined) return () => false
  const pepper = randomToken(32)
  const hash = keyedHash(pepper, token)
  return request => {
    if (!/^(?:GET|HEAD)$/.test(request.method) || new URL(request.url).pathname !== path) return false
    const sent = /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]
    return sent !== undefined && keyedHash(pepper, sent) === hash
  }
}
