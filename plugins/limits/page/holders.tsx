import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import { type Pot, REST } from '../ledger.ts'
import type { Limit } from '../model.ts'

/** What an operator calls a key that works. */
export type KeyName = (id: string) => string | undefined

const MODELS = 3

/** For whom a limit holds, who shares it, and which models it speaks of. */
export const Holders = ({ limit: { userPath, each, models }, base }: { limit: Limit; base: string }) => (
  <div>
    {userPath === '/' ? 'Everybody' : <PathLink path={userPath} base={base} />}
    <p class="about">
      {each === 'all' ? 'shared by all' : each === 'key' ? 'each key for itself' : 'each path for itself'}
    </p>
    {models !== undefined && (
      <ul class="paths" title={[...models].join('\n').slice(0, 2000)}>
        {[...models].slice(0, MODELS).map(model => (
          <li>
            <Name class="label mono" text={model} />
          </li>
        ))}
        {models.size > MODELS && <li class="muted">and {models.size - MODELS} more</li>}
      </ul>
    )}
  </div>
)

const PathLink = ({ path, base }: { path: string; base: string }) => (
  <Link href={`${base}/dashboard/paths?${new URLSearchParams({ path })}`} title={`What ${path} may call`}>
    <Name class="mono" text={path} />
  </Link>
)

/** Callers without a managed key → in words. */
const callers: Readonly<Record<string, string>> = {
  master: 'Master key',
  open: 'No key',
}

interface MemberProps {
  readonly limit: Limit
  readonly pot: Pot
  readonly keyName: KeyName
  readonly base: string
}

/** Whose room a pot is. */
export function Member({ limit: { each }, pot: { member }, keyName, base }: MemberProps) {
  if (each === 'all') return <>All together</>
  if (member === REST) return <>All others together</>
  if (each === 'user_path') return <PathLink path={member} base={base} />
  if (Object.hasOwn(callers, member)) return <>{callers[member]}</>
  const name = keyName(member)
  return (
    <Link href={`${base}/dashboard/keys?${new URLSearchParams({ q: member })}`}>
      {name === undefined ? <Name class="mono" text={member} /> : <Name text={name} />}
    </Link>
  )
}
