import type { PageRequest } from '../../../src/contract/page.ts'
import type { ProviderType } from '../../../src/contract/provider.ts'
import { Filters } from '../../../views/filters.tsx'
import { Link } from '../../../views/link.tsx'

export interface Choice {
  readonly types: readonly ProviderType[]
  /** What was searched for. */
  readonly q: string
}

/** The types that have all of the words in their name, their sentence or their address. */
export function findTypes(types: readonly ProviderType[], q: string): readonly ProviderType[] {
  const words = q.toLowerCase().split(/\s+/)
  return types.filter(({ name, about, baseUrl = '' }) => {
    const said = `${name} ${about} ${baseUrl}`.toLowerCase()
    return words.every(word => said.includes(word))
  })
}

const INTO = 'types'

/** Who it is to be: every type that there is, in the order of the house. */
export function Choosing({ choice: { types, q }, request: { base } }: ChoosingProps) {
  const path = `${base}/dashboard/providers/edit`
  return (
    <>
      <header class="top">
        <div>
          <p class="crumb">
            <Link href={`${base}/dashboard/providers`}>Providers</Link>
          </p>
          <h1>New provider</h1>
          <p class="lead">
            Whose models are to be called? Those that most people use come first. Several of one sort are told
            apart by their names.
          </p>
        </div>
      </header>
      <Filters
        path={path}
        into={INTO}
        search={{ label: 'Search providers', placeholder: 'Search names, models, addresses', value: q }}
      />
      <div id={INTO}>
        {types.length === 0 && (
          <div class="nothing">
            <h2>Nothing matches</h2>
            <p>
              Whoever speaks OpenAI's language can be called all the same: take{' '}
              <Link href={`${path}?new=compatible`}>compatible</Link>, and say the address.{' '}
              <Link href={path}>Show all providers</Link>
            </p>
          </div>
        )}
        <ul class="types">
          {types.map(({ name, about }) => (
            <li>
              <Link href={`${path}?${new URLSearchParams({ new: name })}`}>
                <strong>{name}</strong>
                <span>{about}</span>
              </Link>
            </li>
          ))}
        </ul>
      </div>
    </>
  )
}

interface ChoosingProps {
  readonly choice: Choice
  readonly request: PageRequest
}
