import { money, number } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { toQuery } from '../../../views/listing.ts'
import { Name, spell } from '../../../views/name.tsx'
import type { Branch } from '../tree.ts'
import type { Query } from './model.ts'

/** Deeper ones stand no further in. */
const DEEPEST = 6
/** So many keys and rules are named. */
const MOST = 4

/** A path: what it is called, what was used, who stands there, and who names it. */
export function BranchRow({ branch, query, base }: { branch: Branch; query: Query; base: string }) {
  const { path, depth, use, own, keys, keysBelow, rules } = branch
  const cut = path === '/' ? 0 : path.lastIndexOf('/') + 1
  const usage = `${base}/dashboard/usage?${new URLSearchParams({ path, range: '30d' })}`
  return (
    <tr>
      <th scope="row" class="branch" data-depth={Math.min(depth, DEEPEST)}>
        <Link
          class="mono"
          href={`${base}/dashboard/paths${toQuery({ ...query, path })}`}
          title={`What ${spell(path)} may call`}
          {...(query.path === path && { 'aria-current': 'true' })}
        >
          <Name class="above" text={path.slice(0, cut)} />
          <Name text={path.slice(cut)} />
        </Link>
      </th>
      <td class="num" data-label="Calls">
        <div>
          {use.calls === 0 ? '0' : <Link href={usage}>{number(use.calls)}</Link>}
          {own.calls !== use.calls && (
            <p class="about">{own.calls === 0 ? 'all below' : `${number(own.calls)} itself`}</p>
          )}
        </div>
      </td>
      <td class="num" data-label="Spend">
        <div>
          {use.calls === 0 ? money(use.cost) : <Link href={usage}>{money(use.cost)}</Link>}
          {own.calls !== use.calls && own.calls > 0 && <p class="about">{money(own.cost)} itself</p>}
        </div>
      </td>
      <td data-label="Keys">
        {keysBelow > 0 && (
          <div>
            <Some
              items={keys.map(({ name }) => ({
                text: name,
                href: `${base}/dashboard/keys?${new URLSearchParams({ q: name })}`,
              }))}
            />
            {keysBelow > keys.length && <p class="about">{number(keysBelow - keys.length)} below</p>}
          </div>
        )}
      </td>
      <td data-label="Named by">
        {rules.length > 0 && (
          <Some
            items={rules.map(text => ({
              text,
              href: `${base}/dashboard/models?${new URLSearchParams({ edit: text })}`,
            }))}
          />
        )}
      </td>
    </tr>
  )
}

const Some = ({ items }: { items: readonly { readonly text: string; readonly href: string }[] }) => (
  <ul class="some">
    {items.slice(0, MOST).map(({ text, href }) => (
      <li>
        <Link href={href}>
          <Name text={text} />
        </Link>
      </li>
    ))}
    {items.length > MOST && <li class="about">{number(items.length - MOST)} more</li>}
  </ul>
)
