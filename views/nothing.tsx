import type { Child } from 'hono/jsx'
import type { Admin } from '../src/types.ts'
import { Link } from './link.tsx'
import { NewButton } from './new-button.tsx'

interface NothingProps {
  /** One of what is listed: `limit`. */
  readonly noun: string
  /** There are some, and none matches. */
  readonly isFiltered: boolean
  /** The address of the page. */
  readonly page: string
  /** Who is offered to make the first one. */
  readonly maker?: Admin | undefined
  /** What they are for. */
  readonly children: Child
}

/** Stands where a table has no rows. */
export const Nothing = ({ noun, isFiltered, page, maker, children }: NothingProps) => (
  <div class={isFiltered ? 'nothing' : 'nothing none-yet'}>
    {isFiltered ? (
      <>
        <h2>Nothing matches</h2>
        <p>
          No {noun} has all of these words. <Link href={page}>Show all {noun}s</Link>
        </p>
      </>
    ) : (
      <>
        <h2>No {noun}s yet</h2>
        <p>{children}</p>
        {maker && <NewButton id="first" noun={noun} page={page} admin={maker} />}
      </>
    )}
  </div>
)
