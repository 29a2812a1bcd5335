import type { SignInWords } from '../dashboard/model.ts'

/** Before the pages of callers. */
export const words: SignInWords = {
  lead: 'See which models you may use, what you used, and what is left to you.',
  label: 'Your API key',
  hint: (
    <>
      The one that your programs call with: <code>mw_…</code>
    </>
  ),
  wrong: 'This is no API key of this gateway, or it works no more',
  none: <>No API key was made here yet. Whoever runs this gateway makes them.</>,
  account: 'caller',
}
