import { authorText } from '../../../../views/author.ts'
import { count } from '../../../../views/format.ts'
import { Link } from '../../../../views/link.tsx'
import { Name } from '../../../../views/name.tsx'
import type { Marker } from '../../report/markers.ts'
import { addressOf } from '../address.ts'
import { momentOf } from '../clock.ts'
import { toField } from '../span.ts'
import type { ModelData } from './data.ts'

/** So many are told one by one, the newest first. */
const MOST = 20
const MINUTE = 60_000

/** A place on the page: marks of the chart lead here. */
export const changeId = ({ id }: Pick<Marker, 'id'>): string => `change-${id}`

const actions: Readonly<Record<Marker['action'], string>> = {
  create: 'made',
  replace: 'changed',
  rename: 'renamed',
  delete: 'deleted',
  revoke: 'revoked',
  roll: 'rolled',
  restore: 'restored',
}

const fieldNames: Readonly<Record<string, string>> = {
  target_model: 'target',
  targets: 'targets',
  strategy: 'strategy',
  affinity: 'who keeps a target',
  session_affinity: 'who keeps a target',
  failover: 'failover',
  parameters: 'how it is asked',
  mirror: 'mirror',
  user_paths: 'user paths',
  description: 'description',
  enabled: 'on or off',
  reach: 'reach',
  source: 'name',
}

/** What a change was, in a few words: `changed by Master key: targets, strategy`. */
export function wordsOf({ action, author, fields }: Marker): string {
  const changed = action === 'replace' || action === 'restore' || action === 'rename' ? fields : []
  const names = [...new Set(changed.map(field => fieldNames[field] ?? field))]
  return `${actions[action]} by ${authorText(author)}${names.length === 0 ? '' : `: ${names.join(', ')}`}`
}

/** Changes of the virtual model in the time that the page shows. */
export function Changes({ data, base, path }: { data: ModelData; base: string; path: string }) {
  const { markers, span, subject } = data
  const shown = markers.filter(({ isNow }) => isNow).toReversed()
  if (shown.length === 0) return null
  const all = `${base}/dashboard/history?${new URLSearchParams({ kind: 'virtual-model', subject: subject.name })}`
  return (
    <section class="changes" aria-labelledby="changes-title">
      <header class="topic">
        <h2 id="changes-title">Changes in this time</h2>
        <Since data={data} path={path} />
      </header>
      <ol class="card">
        {shown.slice(0, MOST).map(marker => (
          <li id={changeId(marker)} data-strong={marker.repoints ? '' : undefined}>
            <time datetime={new Date(marker.at).toISOString()}>{momentOf(marker.at, span.zone)}</time>
            <span>
              <Name text={wordsOf(marker)} />
            </span>
            <Link href={`${all}#change-${marker.id}`} aria-label={`v${marker.version}, before and after`}>
              v{marker.version}
            </Link>
          </li>
        ))}
      </ol>
      {shown.length > MOST && (
        <p class="remark">
          And {count(shown.length - MOST, 'earlier change')}: <Link href={all}>the whole history</Link>
        </p>
      )}
    </section>
  )
}

/** To the time since calls were led elsewhere: figures before and after do not compare. */
function Since({ data: { markers, asked, span }, path }: { data: ModelData; path: string }) {
  const last = markers.findLast(({ repoints, isNow }) => repoints && isNow)
  if (last === undefined) return null
  const from = toField(Math.ceil(last.at / MINUTE) * MINUTE, span.zone)
  return (
    <Link href={addressOf(path, asked, { range: 'custom', from, to: '' })}>
      Only since the last change of targets
    </Link>
  )
}
