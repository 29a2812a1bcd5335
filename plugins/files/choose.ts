import type { Provider } from '../../src/contract/provider.ts'
import { refuse } from '../../src/errors.ts'
import type { Kind, Language } from './model.ts'

/** Vendors that keep such things in the shapes of OpenAI or Anthropic, as their references say. Others can be named. */
const keepers: Readonly<Record<Kind, ReadonlySet<string>>> = {
  file: new Set(['openai', 'azure', 'groq', 'mistral', 'xai', 'anthropic']),
  batch: new Set(['openai', 'azure', 'groq', 'anthropic']),
}

/** Who speaks both is asked as everybody else is. */
export const languageOf = ({ wires }: Provider): Language =>
  wires.has('anthropic-messages') && !wires.has('openai-chat') ? 'anthropic' : 'openai'

export const keeps = ({ type, native }: Provider, kind: Kind): boolean =>
  native !== undefined && keepers[kind].has(type)

const HEADER = 'x-modelway-provider'
/** For the API document. */
export const heeds = { [HEADER]: 'Which provider; default: the first that keeps such things' }

/** The provider that a caller names, in whichever place. */
export function namedBy(request: Request, form: readonly string[] = []): string | undefined {
  const header = request.headers.get(HEADER)
  const said = [
    ...(header === null ? [] : [header]),
    ...new URL(request.url).searchParams.getAll('provider'),
    ...form,
  ]
  const [name, ...others] = new Set(said.map(text => text.trim()).filter(text => text !== ''))
  if (others.length > 0)
    refuse('invalid_request', 'The call names several providers: name one', { param: 'provider' })
  return name
}

/** The language that a caller speaks where the address does not tell. */
export const spokenBy = ({ headers }: Request): Language =>
  headers.has('anthropic-version') ? 'anthropic' : 'openai'

/** The provider that is named, else the first that keeps files of the language that the caller speaks. */
export function chooseProvider(
  all: ReadonlyMap<string, Provider>,
  named: string | undefined,
  spoken: Language,
): Provider {
  if (named === undefined)
    return (
      [...all.values()].find(provider => keeps(provider, 'file') && languageOf(provider) === spoken) ??
      refuse('unsupported_operation', 'No configured provider keeps files of this language')
    )
  const provider =
    all.get(named) ??
    refuse('invalid_request', `There is no provider "${named.slice(0, 100)}"`, { param: 'provider' })
  if (provider.native === undefined)
    refuse('unsupported_operation', `Provider "${named}" keeps no files`, { param: 'provider' })
  return provider
}
