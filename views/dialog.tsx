import type { Child } from 'hono/jsx'

/**
 * The one dialog of a page. Markup that arrives in it opens it, and leaving it empty closes it (`app.js`); with markup
 * already in it, as when its address was opened directly, it is open without any script. `asks` are the parameters of the
 * address that ask for it: they go when it is closed.
 */
export const Dialog = ({
  labelledby,
  asks,
  children,
}: {
  labelledby: string
  asks: readonly string[]
  children?: Child
}) => (
  <dialog
    id="dialog"
    data-asks={asks.join(' ')}
    aria-labelledby={labelledby}
    open={children !== undefined && children !== null}
  >
    <div id="dialog-content">{children}</div>
  </dialog>
)
