import type { Child } from 'hono/jsx'

/**
 * The one dialog of a page. Markup that arrives in it opens it, and leaving it empty closes it (`app.js`); with markup
 * already in it, as when its address was opened directly, it is open without any script.
 */
export const Dialog = ({ labelledby, children }: { labelledby: string; children?: Child }) => (
  <dialog id="dialog" aria-labelledby={labelledby} open={children !== undefined && children !== null}>
    <div id="dialog-content">{children}</div>
  </dialog>
)
