import { didYouMean } from '../base/nearest.ts'
import { shapeOf } from '../config/shape.ts'
import type { Api } from '../contract/api.ts'
import { refuse } from '../errors.ts'
import { readCapped } from '../request/body.ts'

/**
 * Refuses what an endpoint would not read: a parameter with a typo would be another question, quietly answered. For
 * operators only; what clients of models send along with their calls is theirs.
 */
export async function refuseUnasked(route: Api, request: Request, limit: number): Promise<void> {
  const known = parametersOf(route)
  const { searchParams } = new URL(request.url)
  for (const name of new Set(searchParams.keys())) {
    if (!known.includes(name))
      refuse(
        'invalid_request',
        `There is no query parameter "${name.slice(0, 60)}" here${choice(name, known)}`,
        {
          param: name,
        },
      )
    if (searchParams.getAll(name).length > 1)
      refuse('invalid_request', `The query has "${name}" twice: send it once`, { param: name })
  }
  if (route.body === undefined && route.method !== 'GET' && !(await isBlank(request, limit)))
    refuse('invalid_request', `A body is not read here: leave it out${elsewhere(known)}`)
}

function parametersOf({ query }: Api): readonly string[] {
  const shape = query && shapeOf(query)
  return shape?.kind === 'object' ? Object.keys(shape.entries) : []
}

/** Where nothing looks alike, everything is named. */
const choice = (name: string, known: readonly string[]): string =>
  didYouMean(name, known) || (known.length === 0 ? ': there is none' : `: there is ${known.join(', ')}`)

const elsewhere = ([first]: readonly string[]): string =>
  first === undefined ? '' : `, the query says it (?${first}=…)`

/** `{}` says nothing either. */
async function isBlank(request: Request, limit: number): Promise<boolean> {
  if (request.body === null) return true
  return /^(?:\{\s*\})?$/.test(new TextDecoder().decode(await readCapped(request, limit)).trim())
}
