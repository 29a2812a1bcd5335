import type { Child } from 'hono/jsx'
import type { CallerPageRequest, PageRequest } from '../src/contract/page.ts'
import type { Admin } from '../src/types.ts'
import { Csrf, ShownOnly } from './form.tsx'
import { HistoryLink } from './history-link.tsx'
import { Icon } from './icon.tsx'
import { Link } from './link.tsx'

export const DIALOG_TITLE = 'dialog-title'

/** Sent along with every form, so that the table that comes back is the one that was there. */
export const STATE = '#filters, #page-now'

/** Tells a form that htmx sends, and whose answer lands in the page, from one that the browser sends. */
export const VIA = JSON.stringify({ via: 'htmx' })

/** What a dialog has to know of who sees it. */
export interface DialogRequest extends Pick<PageRequest, 'base' | 'url'> {
  readonly admin: Pick<Admin, 'mayWrite' | 'csrf'>
}

/** A caller who may do what the dialog is for. */
export const asWriter = ({ base, url, visitor }: CallerPageRequest): DialogRequest => ({
  ...{ base, url },
  admin: { ...visitor, mayWrite: true },
})

interface DialogFormProps {
  /** The address of the page. */
  readonly page: string
  /** Name of the page's action that takes it. */
  readonly action: string
  readonly title: Child
  readonly isSmall?: boolean
  /** What is wrong with the whole of it. */
  readonly mistake: string | undefined
  readonly submit: Child
  /** The thing as history knows it, where it is there already. */
  readonly history?: { readonly kind: string; readonly subject: string } | undefined
  readonly request: DialogRequest
  readonly children?: Child
}

/**
 * A form in the dialog. Refused, it comes back in its own place; accepted, nothing does, and the dialog closes. Readers see
 * what stands in it.
 */
export function DialogForm({
  page,
  action,
  title,
  isSmall,
  mistake,
  submit,
  history,
  request,
  children,
}: DialogFormProps) {
  const { mayWrite } = request.admin
  return (
    <form
      class={isSmall === true ? 'editor small' : 'editor'}
      method="post"
      action={`${page}/${action}`}
      novalidate
      hx-post={`${page}/${action}`}
      hx-target="#dialog-content"
      hx-swap="innerHTML swapEmpty:true"
      hx-include={STATE}
      hx-vals={VIA}
      hx-disable="findAll button"
    >
      <DialogHead title={title} page={page} />
      <div class="fields">
        <Csrf admin={request.admin} />
        {mistake !== undefined && (
          <p class="mistake banner" tabindex={-1} autofocus role="alert">
            {mistake}
          </p>
        )}
        {mayWrite ? children : <ShownOnly>{children}</ShownOnly>}
      </div>
      <footer>
        {history !== undefined && <HistoryLink class="quiet aside" base={request.base} {...history} />}
        <Link class="button" href={page} data-close="">
          {mayWrite ? 'Cancel' : 'Close'}
        </Link>
        {mayWrite && submit}
      </footer>
    </form>
  )
}

export const DialogHead = ({ title, page }: { title: Child; page: string }) => (
  <header>
    <h2 id={DIALOG_TITLE}>{title}</h2>
    <Link class="icon-button" href={page} data-close="" aria-label="Close">
      <Icon name="close" />
    </Link>
  </header>
)

/** One sentence in the place of a form that cannot be shown. */
export const Remark = ({ text, page }: { text: string; page: string }) => (
  <div class="editor small">
    <DialogHead title="Not here" page={page} />
    <div class="fields">
      <p>{text}</p>
    </div>
  </div>
)
