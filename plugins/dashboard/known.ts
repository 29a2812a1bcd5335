import { keyedHash, randomToken } from '../../src/base/runtime.ts'
import { cookie, readCookies } from './cookie.ts'

const MAX_AGE = 90 * 24 * 3_600_000

/** All whom nothing tells apart that they could not make up. */
const STRANGERS = ''

/**
 * Browsers in which the right key was typed before. Each has tries of its own, so that strangers who guess keys do not
 * keep others out. What marks such a browser lets nobody in, and is good as long as `bond`.
 *
 * @param name of the cookie
 */
export function createKnownBrowsers(name: string, bond: string) {
  const seal = (id: string): string => keyedHash(bond, `known browser ${id}`)
  /** Both sides are hashed once more, so the time of the comparison tells nothing. */
  const isSeal = (id: string, sent: string): boolean => seal(seal(id)) === seal(sent)

  return {
    /** Which of them sent a request, or that none did. */
    of(request: Request): string {
      const marks = readCookies(request, name).map(mark => mark.split('.'))
      return marks.find(([id = '', sent = '']) => id !== '' && isSeal(id, sent))?.[0] ?? STRANGERS
    },
    /** What makes a browser one of them. */
    mark(request: Request, who: string): string {
      const id = who === STRANGERS ? randomToken(16) : who
      return cookie(request, name, `${id}.${seal(id)}`, MAX_AGE)
    },
  }
}

export type KnownBrowsers = ReturnType<typeof createKnownBrowsers>
