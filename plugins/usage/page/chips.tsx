import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import { type Asked, addressOf, chipsOf, filterNames } from './address.ts'

/** The filters that are in force, each with a way out of it. */
export function Chips({ asked, path }: { asked: Asked; path: string }) {
  const chips = chipsOf(path, asked)
  if (chips.length === 0) return null
  const nothing = Object.fromEntries([...Object.keys(filterNames), 'without'].map(name => [name, '']))
  return (
    <ul class="chips" aria-label="Filters">
      {chips.map(({ name, value, href }) => (
        <li>
          <span class="muted">{name}</span> <Name class="mono" text={value} />
          <Link href={href} aria-label={`Without the filter ${name} ${value}`}>
            <Icon name="close" />
          </Link>
        </li>
      ))}
      {chips.length > 1 && (
        <li class="all">
          <Link href={addressOf(path, asked, nothing)}>Clear all</Link>
        </li>
      )}
    </ul>
  )
}

/** What of the address was not understood. */
export const Mistakes = ({ mistakes }: { mistakes: readonly string[] }) =>
  mistakes.length === 0 ? null : (
    <div class="mistake banner" role="alert">
      {mistakes.map(text => (
        <p>{text}</p>
      ))}
    </div>
  )
