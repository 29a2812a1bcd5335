import type { Child } from 'hono/jsx'
import { spell } from './name.tsx'

/** Stands beside the field of a form that names models: the page's action says which of them are not there now. */
export const Doubt = ({ page, action = 'doubt' }: { page: string; action?: string }) => (
  <div
    aria-live="polite"
    hx-post={`${page}/${action}`}
    hx-trigger="load, input delay:400ms from:'closest form'"
    hx-sync="this:replace"
  />
)

/** What that action answers, and rows of tables say. It is no mistake: they may come later. */
export const Unknown = ({ models }: { models: string | undefined }): Child =>
  models === undefined ? null : <p class="warning">Not there now: {spell(models)}</p>
