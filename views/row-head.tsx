import { Unknown } from './doubt.tsx'
import { Few } from './few.tsx'
import { Link } from './link.tsx'
import { Name } from './name.tsx'

interface RowHeadProps {
  readonly name: string
  /** The page of its own, where it has one. */
  readonly href?: string
  readonly description: string
  /** Where it is declared, if it is. */
  readonly declaredIn: string | undefined
}

/** What an operator has defined under a name, at the head of its row. */
export const RowHead = ({ name, href, description, declaredIn }: RowHeadProps) => (
  <>
    {href === undefined ? (
      <Name class="name mono" text={name} />
    ) : (
      <Link href={href}>
        <Name class="name mono" text={name} />
      </Link>
    )}
    <RowAbout description={description} declaredIn={declaredIn} />
  </>
)

/** What stands below the name. */
export const RowAbout = ({ description, declaredIn }: Pick<RowHeadProps, 'description' | 'declaredIn'>) => (
  <>
    {description !== '' && (
      <p class="about" title={description}>
        {description}
      </p>
    )}
    {declaredIn !== undefined && (
      <p class="about declared">
        Declared in <code>{declaredIn}</code>: edit it there
      </p>
    )}
  </>
)

/** Leads to what callers who stand there may use. */
export const PathLink = ({ path, base }: { path: string; base: string }) => (
  <Link href={`${base}/dashboard/paths?${new URLSearchParams({ path })}`} title={`What ${path} may call`}>
    <Name class="mono" text={path} />
  </Link>
)

/** For whom something holds: who stands at a user path or below it. */
export const HoldsFor = ({ path, base }: { path: string; base: string }) =>
  path === '/' ? <>Everybody</> : <PathLink path={path} base={base} />

interface HoldsOfProps {
  readonly models: ReadonlySet<string> | undefined
  /** Those of them that are not there now, in words. */
  readonly unknown: string | undefined
}

/** Of which models it speaks; of all of them nothing is said. */
export const HoldsOf = ({ models, unknown }: HoldsOfProps) =>
  models === undefined ? null : (
    <>
      <Few names={[...models]} class="label mono" />
      <Unknown models={unknown} />
    </>
  )
