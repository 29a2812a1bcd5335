import { Unknown } from '../../../views/doubt.tsx'
import { Few } from '../../../views/few.tsx'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import { HoldsFor, HoldsOf, PathLink } from '../../../views/row-head.tsx'
import { REST } from '../counting/members.ts'
import type { Pot } from '../counting/pot.ts'
import type { Limit } from '../model.ts'

/** What an operator calls a key that works. */
export type KeyName = (id: string) => string | undefined

interface HoldersProps {
  readonly limit: Limit
  /** Models or tools of it that are not there now, in words. */
  readonly unknown: string | undefined
  readonly base: string
}

/** For whom a limit holds, who shares it, and which models or tools it speaks of. */
export const Holders = ({ limit: { userPath, each, models, tools }, unknown, base }: HoldersProps) => (
  <div>
    <HoldsFor path={userPath} base={base} />
    <p class="about">
      {each === 'all' ? 'shared by all' : each === 'key' ? 'each key for itself' : 'each path for itself'}
    </p>
    <HoldsOf models={models} unknown={unknown} />
    {tools !== undefined && (
      <>
        <p class="about">for calls of tools</p>
        {!tools.has('/') && <Few names={[...tools]} class="label mono" />}
        <Unknown models={unknown} />
      </>
    )}
  </div>
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
