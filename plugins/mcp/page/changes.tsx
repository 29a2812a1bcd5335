import type { PageRequest } from '../../../src/contract/page.ts'
import { Badge } from '../../../views/badge.tsx'
import { VIA } from '../../../views/dialog-form.tsx'
import { Csrf } from '../../../views/form.tsx'
import { count } from '../../../views/format.ts'
import { Name, spell } from '../../../views/name.tsx'
import type { ServerView } from '../model.ts'
import { type Change, hashOfAll } from '../review/review.ts'

interface ChangesProps {
  readonly view: ServerView
  readonly request: PageRequest
}

/** Tools that are others than operators have accepted, each as it was and as it is. */
export function Changes({ view: { server, changes }, request }: ChangesProps) {
  if (changes.length === 0) return null
  return (
    <section class="tool-changes" aria-label={`Changed tools of ${server.name}`}>
      <div class="tool-change-head">
        <p>
          <strong>{count(changes.length, 'tool')} to look at.</strong>{' '}
          {server.reviewsChanges
            ? 'Closed until you accept what they are now.'
            : 'Models already read what they are now.'}
        </p>
        {changes.length > 1 && (
          <Accept server={server.name} hash={hashOfAll(changes)} words="Accept all" request={request} />
        )}
      </div>
      <ul>
        {changes.map(change => (
          <Entry server={server.name} change={change} request={request} />
        ))}
      </ul>
    </section>
  )
}

interface EntryProps {
  readonly server: string
  readonly change: Change
  readonly request: PageRequest
}

const Entry = ({ server, change: { tool, kind, before, after, hash }, request }: EntryProps) => (
  <li>
    <div class="tool-change-head">
      <h3>
        <Name class="mono" text={tool.name} /> <Badge tone="amber">{kind}</Badge>
      </h3>
      <Accept
        {...{ server, hash, request }}
        tool={tool.name}
        words="Accept"
        label={`Accept ${spell(tool.name)} of ${server}`}
      />
    </div>
    <details>
      <summary>{before === undefined ? 'What it is' : 'Before and after'}</summary>
      <div class="tool-sides">
        {before !== undefined && <Side title="Before" text={before} other={after} />}
        <Side title={before === undefined ? 'Now' : 'After'} text={after} other={before} />
      </div>
    </details>
  </li>
)

/** Lines that the other side does not have are marked. */
function Side({ title, text, other }: { title: string; text: string; other: string | undefined }) {
  const known = other === undefined ? undefined : new Set(other.split('\n'))
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <pre tabindex={0}>
        {text
          .split('\n')
          .map(line =>
            known === undefined || known.has(line) ? `${spell(line)}\n` : <mark>{`${spell(line)}\n`}</mark>,
          )}
      </pre>
    </figure>
  )
}

interface AcceptProps {
  readonly server: string
  /** All of them without it. */
  readonly tool?: string
  readonly hash: string
  readonly words: string
  readonly label?: string
  readonly request: PageRequest
}

function Accept({ server, tool, hash, words, label, request: { base, admin } }: AcceptProps) {
  if (!admin.mayWrite) return null
  const path = `${base}/dashboard/tools/accept`
  return (
    <form method="post" action={path} hx-post={path} hx-swap="none" hx-vals={VIA} hx-sync="this:drop">
      <Csrf admin={admin} />
      <input type="hidden" name="server" value={server} />
      {tool !== undefined && <input type="hidden" name="tool" value={tool} />}
      <input type="hidden" name="hash" value={hash} />
      <button class="button" type="submit" aria-label={label}>
        {words}
      </button>
    </form>
  )
}
