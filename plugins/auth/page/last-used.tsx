import { ago } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import type { LastUse } from '../model.ts'
import type { Uses } from '../uses.ts'

interface Props {
  readonly id: string
  readonly uses: Uses
  readonly now: number
}

/** When a key was last used, and what for; leads to that call. */
export function LastUsed({ id, uses, now, base }: Props & { base: string }) {
  const use = uses?.get(id)
  if (use === undefined) return <WhenUsed id={id} uses={uses} now={now} />
  return (
    <div>
      <Link href={`${base}/dashboard/requests?${new URLSearchParams({ call: use.requestId })}`}>
        <When at={use.at} now={now} />
      </Link>
      {use.model !== null && (
        <p class="about">
          <Name class="mono" text={use.model} />
        </p>
      )}
    </div>
  )
}

/** Only when, for who may not see the calls. */
export function WhenUsed({ id, uses, now }: Props) {
  const use = uses?.get(id)
  return use === undefined ? (
    <span class="muted">{uses === undefined ? 'not known' : 'never'}</span>
  ) : (
    <When at={use.at} now={now} />
  )
}

/** The same as a sentence, for who is about to take the key away. */
export function LastUsedSentence({ id, uses, now }: Props) {
  if (uses === undefined) return null
  const use = uses.get(id)
  return use === undefined ? (
    <p>There is no record of a call that was made with it.</p>
  ) : (
    <p>
      It was last used <When at={use.at} now={now} />
      <What {...use} />.
    </p>
  )
}

const What = ({ model, userPath }: LastUse) => (
  <>
    {model !== null && (
      <>
        {', to call '}
        <Name class="mono" text={model} />
      </>
    )}
    {userPath !== null && (
      <>
        {' on behalf of '}
        <Name class="mono" text={userPath} />
      </>
    )}
  </>
)

function When({ at, now }: { at: number; now: number }) {
  const iso = new Date(at).toISOString()
  return (
    <time datetime={iso} title={iso}>
      {ago(now - at)}
    </time>
  )
}
