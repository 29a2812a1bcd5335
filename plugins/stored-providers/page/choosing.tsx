import type { PageRequest } from '../../../src/page.ts'
import type { ProviderType } from '../../../src/provider.ts'
import { Link } from '../../../views/link.tsx'

/** Who it is to be: every type that there is. */
export const Choosing = ({ types, request }: { types: readonly ProviderType[]; request: PageRequest }) => (
  <>
    <header class="top">
      <div>
        <p class="crumb">
          <Link href={`${request.base}/dashboard/providers`}>Providers</Link>
        </p>
        <h1>New provider</h1>
        <p class="lead">Whose models are to be called? Several of one sort are told apart by their names.</p>
      </div>
    </header>
    <ul class="types">
      {types.map(({ name, about }) => (
        <li>
          <Link href={`${request.base}/dashboard/providers/edit?${new URLSearchParams({ new: name })}`}>
            <strong>{name}</strong>
            <span>{about}</span>
          </Link>
        </li>
      ))}
    </ul>
  </>
)
