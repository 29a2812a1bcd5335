import type { Admin } from '../src/types.ts'
import { Icon } from './icon.tsx'
import { Link } from './link.tsx'
import { opening } from './opening.ts'

interface NewButtonProps {
  readonly id: string
  /** What is made: `limit`. */
  readonly noun: string
  /** The address of the page. */
  readonly page: string
  /** The same view of the page with its dialog open, for browsers without scripts. */
  readonly href?: string
  readonly admin: Pick<Admin, 'mayWrite'>
}

/** Opens the dialog that makes a new one; readers make none. */
export const NewButton = ({ id, noun, page, href = `${page}?new=`, admin }: NewButtonProps) =>
  admin.mayWrite ? (
    <Link class="button primary" id={id} href={href} {...opening(`${page}?new=`)}>
      <Icon name="plus" />
      New {noun}
    </Link>
  ) : null
