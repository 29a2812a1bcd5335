import { DialogForm, DialogHead, type DialogRequest, Remark } from '../../../views/dialog-form.tsx'
import { described, Field } from '../../../views/form.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import type { Uses } from '../uses.ts'
import type { KeyRow } from '../views-of.ts'
import { LastUsedSentence } from './last-used.tsx'
import { AlsoMade } from './making.tsx'

/** On whose page a dialog stands: the operators', or that of who makes keys. */
interface PlaceProps {
  readonly page: string
  readonly request: DialogRequest
}

interface AskProps extends PlaceProps {
  readonly row: KeyRow
  readonly mistake?: string | undefined
}

/** How long an old key may go on after it was replaced: seconds → in words. */
export const graces = {
  '0': 'Not at all: it stops now',
  '3600': 'For an hour',
  '86400': 'For a day',
  '604800': 'For a week',
} as const

const Target = ({ row }: { row: KeyRow }) => (
  <>
    <input type="hidden" name="id" value={row.id} />
    <input type="hidden" name="version" value={String(row.version)} />
  </>
)

/** Replaces the secret of a key; what it may do stays. */
export const Rolling = ({ row, mistake, page, request }: AskProps) => (
  <DialogForm
    page={page}
    action="roll"
    isSmall
    title={
      <>
        Roll <Name text={row.name} />?
      </>
    }
    mistake={mistake}
    request={request}
    submit={
      <button class="primary" type="submit">
        Make the new key
      </button>
    }
  >
    <Target row={row} />
    <p>
      Its holder gets a new key in place of <span class="mono">…{row.lastFour}</span>. What it may do stays as
      it is.
    </p>
    <Field
      id="f-grace"
      label="The old key still works"
      hint="Only one old key works beside the new one: that of an earlier roll stops now."
    >
      <select name="grace" {...described('f-grace', { focus: mistake === undefined })}>
        {Object.entries(graces).map(([value, words]) => (
          <option value={value} selected={value === '3600'}>
            {words}
          </option>
        ))}
      </select>
    </Field>
  </DialogForm>
)

interface RevokingProps extends AskProps {
  readonly uses: Uses
  readonly now: number
  /** So many keys that it has made work. */
  readonly made: number
}

/** Says what revoking would do, and asks for it once. */
export const Revoking = ({ row, uses, now, made, mistake, page, request }: RevokingProps) => (
  <DialogForm
    page={page}
    action="revoke"
    isSmall
    title={
      <>
        Revoke <Name text={row.name} />?
      </>
    }
    mistake={mistake}
    request={request}
    submit={
      <button class="danger" type="submit" autofocus={mistake === undefined}>
        Revoke
      </button>
    }
  >
    <Target row={row} />
    <LastUsedSentence id={row.id} uses={uses} now={now} />
    <p>
      From now on callers who send <span class="mono">…{row.lastFour}</span> are refused. This cannot be
      undone; the records of what it was used for stay.
    </p>
    <AlsoMade made={made} />
  </DialogForm>
)

/** The only moment at which a key is shown. */
export function Shown({ row, secret, page, request }: PlaceProps & { row: KeyRow; secret: string }) {
  return (
    <div class="editor shown">
      <DialogHead
        title={
          <>
            The key of <Name text={row.name} />
          </>
        }
        page={page}
      />
      <div class="fields">
        <p>
          Copy it now: the gateway keeps only a hash of it, and <strong>cannot show it again</strong>.
        </p>
        <div class="secret">
          <input
            id="secret"
            class="mono"
            readonly
            value={secret}
            aria-label="The key"
            autocomplete="off"
            spellcheck={false}
            autofocus
          />
          <button type="button" data-copy="secret">
            <Icon name="copy" />
            Copy
          </button>
        </div>
        <p class="hint">Its holder sends it as an API key to</p>
        <pre class="block">
          {`OPENAI_BASE_URL=${request.url.origin}${request.base}/v1\nANTHROPIC_BASE_URL=${request.url.origin}${request.base}`}
        </pre>
      </div>
      <footer>
        <Link class="button primary" href={page} data-close="">
          Done
        </Link>
      </footer>
    </div>
  )
}

export const Gone = ({ page }: Pick<PlaceProps, 'page'>) => (
  <Remark text="There is no such key, or it is revoked already." page={page} />
)
