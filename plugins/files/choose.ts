import { refuse } from '../../src/errors.ts'
import type { Provider } from '../../src/provider.ts'
import type { Kind, Language } from './model.ts'

/** Vendors that keep such things in the shapes of OpenAI or Anthropic, as their references say. Others can be named. */
const keepers: Readonly<Record<Kind, ReadonlySet<string>>> = {
  file: new Set(['openai', 'azure', 'groq', 'mistral', 'xai', 'anthropic']),
  batch: new Set(['openai', 'azure', 'groq', 'anthropic']),
}

const plural = { file: 'files', batch: 'batches' } as const

/** Who speaks both is asked as everybody else is. */
export const languageOf = ({ wires }: Provider): Language =>
  wires.has('anthropic-messages') && !wires.has('openai-chat') ? 'anthropic' : 'openai'

export const keeps = ({ type, native }: Provider, kind: Kind): boolean =>
  native !== undefined && keepers[kind].has(type)

export const HEADER = 'x-modelway-provider'

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

export interface Wish {
  readonly kind: Kind
  readonly named: string | undefined
  /** `undefined`: either will do. */
  readonly language: Language | undefined
  /** What is tried first where no provider is named. */
  readonly spoken: Language
}

/** The provider that is named, else the first that keeps such things. */
export function chooseProvider(
  all: ReadonlyMap<string, Provider>,
  { kind, named, language, spoken }: Wish,
): Provider {
  if (named === undefined) {
    const wanted = language ?? spoken
    const first = [...all.values()].find(provider => keeps(provider, kind) && languageOf(provider) === wanted)
    return (
      first ??
      refuse('unsupported_operation', `No configured provider keeps ${plural[kind]} of this language`)
    )
  }
  const provider =
    all.get(named) ??
    refuse('invalid_request', `There is no provider "${named.slice(0, 100)}"`, { param: 'provider' })
  if (provider.native === undefined)
    refuse('unsupported_operation', `Provider "${named}" keeps no ${plural[kind]}`, { param: 'provider' })
  if (language !== undefined && languageOf(provider) !== language)
    refuse('invalid_request', `Provider "${named}" keeps no ${plural[kind]} of this language`, {
      param: 'provider',
    })
  return provider
}
