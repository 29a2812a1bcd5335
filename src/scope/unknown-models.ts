import { didYouMean } from '../base/nearest.ts'
import type { Host } from '../contract/plugin.ts'
import type { Caller, UserPath } from '../types.ts'

interface Known extends Pick<Host, 'decide' | 'providers'> {
  /** May see every model: what is closed to others is there all the same. */
  readonly master: Caller
  /** A redirect is known to whoever may use it, wherever they stand. */
  readonly isRedirect?: (name: string) => boolean
}

/** What `didYouMean` says, within a sentence. */
export const hintIn = (question: string): string =>
  question.replace(/^\. Did you mean (".*")\?$/, ' (did you mean $1?)')

/** More are counted. */
const SHOWN = 5

/**
 * Says which of these selectors and names of redirects name nothing that is there now; undefined where all do. That is no
 * mistake, because what they name may come later, but a slip of the pen looks the same.
 */
export function createUnknownModels({ decide, providers, master, isRedirect = () => false }: Known) {
  async function why(entry: string, userPath: UserPath): Promise<string | undefined> {
    if (entry === '/' || isRedirect(entry)) return undefined
    if (/^[^/]+\/$/.test(entry)) {
      if (providers().has(entry.slice(0, -1))) return undefined
      const known = [...providers().keys()].map(name => `${name}/`)
      return `"${entry}"${hintIn(didYouMean(entry, known))}`
    }
    const { targets, dropped } = await decide(entry, {
      caller: master,
      userPath,
      dry: true,
      trace: undefined,
    })
    const isMissing = targets.length === 0 && dropped.every(({ code }) => code === 'model_not_found')
    return isMissing ? `"${entry}"` : undefined
  }

  return async (entries: Iterable<string>, userPath: UserPath = '/'): Promise<string | undefined> => {
    const found: string[] = []
    for (const entry of entries) {
      const said = await why(entry, userPath)
      if (said !== undefined) found.push(said)
    }
    return inOneLine(found)
  }
}

/** What was found, in one line; undefined where nothing was. */
export function inOneLine(found: readonly string[]): string | undefined {
  if (found.length === 0) return undefined
  const more = found.length > SHOWN ? ` and ${found.length - SHOWN} more` : ''
  return `${found.slice(0, SHOWN).join(', ')}${more}`
}

export type UnknownModels = ReturnType<typeof createUnknownModels>
