import { codes } from '../errors.ts'

/** Codes with their statuses, of those that heal or of the others. */
const codesThat = (heal: boolean): string =>
  Object.entries(codes)
    .filter(([, { heals }]) => heals === heal)
    .map(([code, { status }]) => `\`${code}\` (${status})`)
    .join(', ')

/** What holds for all operations; Markdown. */
export const introduction = `An AI gateway: one address for every model, with names, targets and access that you define.

**Keys.** Send one as \`authorization: Bearer KEY\`, or as \`x-api-key: KEY\` or \`x-goog-api-key: KEY\`. Without any key
configured, the gateway takes calls from its own machine.

**Examples.** The examples with \`demo/parrot\` work as they stand, where the demo provider serves: that is without any
other one configured, or with \`DEMO=true\`. \`GET /v1/models\` has the names that you can use in their place.

**Bodies** of calls to models are those of the vendor whose language it is: fields that are not named here pass, too.
Where a stream is asked for, as that language asks, the answer comes in its own events or lines.

**Refusals** have the shape of the language that is spoken at the address. Each answer, good or not, carries
\`x-request-id\`. A provider's own refusal comes with the provider's words and its code.

The same call may succeed later after ${codesThat(true)}.

It will not after ${codesThat(false)}.
`
