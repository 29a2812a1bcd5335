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
}

/** Opens the dialog that makes a new one. */
export const NewButton = ({ id, noun, page, href = `${page}?new=` }: NewButtonProps) => (
  <Link class="button primary" id={id} href={href} {...opening(`${page}?new=`)}>
    <Icon name="plus" />
    New {noun}
  </Link>
)
