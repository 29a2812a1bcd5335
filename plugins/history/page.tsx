import {
  type ActionResult,
  definePage,
  type Form,
  type Page,
  type PageRequest,
} from '../../src/contract/page.ts'
import { authorOf } from '../../src/door/author.ts'
import { text } from '../../src/door/form.ts'
import { Refusal } from '../../src/errors.ts'
import type { JsonObject } from '../../src/types.ts'
import { Remark } from '../../views/dialog-form.tsx'
import { wordsIn } from '../../views/listing.ts'
import { Notice } from '../../views/notice.tsx'
import type { Chronicle } from './chronicle.ts'
import { callIt } from './page/entry.tsx'
import { PutBackForm, type Putting } from './page/put-back.tsx'
import { readQuery } from './page/query.ts'
import { Changed, type HistoryData, HistoryView } from './page/views.tsx'
import { differencesOf } from './page/words.ts'
import type { createReading, Told } from './reading.ts'
import type { Restorer } from './restorer.ts'

export interface HistoryPageDeps {
  readonly chronicle: Pick<Chronicle, 'get' | 'latest'>
  readonly read: ReturnType<typeof createReading>
  readonly restore: Restorer
  /** Kinds of things, and the fields that stay as they are when a version is put back. */
  readonly staying: ReadonlyMap<string, readonly string[]>
  /** Kinds of things, and where one of them can be seen, below `/dashboard`. */
  readonly places: ReadonlyMap<string, (subject: string) => string>
  readonly now: () => number
}

const ROWS = 25

/** Every change of everything, newest first, with what it changed; and the way back. */
export function createHistoryPage(deps: HistoryPageDeps): Page {
  const { restore } = deps

  async function putBack(form: Form, request: PageRequest): Promise<ActionResult> {
    const page = `${request.base}/dashboard/history`
    const putting = await puttingOf(deps, text(form, 'id'))
    if (putting === undefined)
      return { markup: <Remark text="There is no such version." page={page} />, status: 422 }
    try {
      const version = Number(text(form, 'version'))
      await restore(putting.row.id, {
        author: authorOf(request.admin),
        ifMatch: version === 0 ? 'none' : [version],
        // It leads where it led then, and whoever puts it back wants just that.
        force: true,
      })
    } catch (error) {
      if (!(error instanceof Refusal) || error.code === 'internal_error') throw error
      const mistake = error.code === 'version_conflict' ? CHANGED : error.message
      return {
        markup: <PutBackForm putting={putting} page={page} mistake={mistake} request={request} />,
        status: 422,
      }
    }
    if (text(form, 'via') !== 'htmx') return { go: '/dashboard/history' }
    const data = await load(deps, request, name => text(form, name))
    const notice = <Notice>{callIt(putting.row)} is put back</Notice>
    return { markup: <Changed data={data} request={request} notice={notice} /> }
  }

  return definePage<HistoryData>({
    path: '/history',
    title: 'History',
    nav: { group: 'System', order: 49 },
    async load(request) {
      const { searchParams } = request.url
      const data = await load(deps, request, name => searchParams.get(name) ?? '')
      const back = searchParams.get('back')
      return back === null ? data : { ...data, dialog: { putting: await puttingOf(deps, back) } }
    },
    view: (data, request) => <HistoryView data={data} request={request} />,
    actions: { restore: putBack },
  })
}

const CHANGED = 'Somebody else has changed it since you looked: this is what would change now'

async function load(
  { read, places, now }: HistoryPageDeps,
  { base }: PageRequest,
  field: (name: string) => string,
): Promise<HistoryData> {
  const query = readQuery(field)
  const leaf = await read({
    kind: query.kind || undefined,
    subject: query.subject || undefined,
    author: query.author || undefined,
    words: wordsIn(query.q),
    before: query.before === '' ? undefined : Number(query.before),
    limit: ROWS,
  })
  return {
    ...{ query, leaf, now: now() },
    kinds: [...places.keys()].sort(),
    placeOf({ kind, latest: { action, subject } }) {
      const place = action === 'delete' ? undefined : places.get(kind)
      return place && `${base}/dashboard${place(subject)}`
    },
  }
}

/** What would change if the thing became what it was: against what it is now. */
async function puttingOf(
  { chronicle, staying }: Pick<HistoryPageDeps, 'chronicle' | 'staying'>,
  id: string,
): Promise<Putting | undefined> {
  const version = /^\d{1,15}$/.test(id) ? await chronicle.get(Number(id)) : undefined
  if (version === undefined) return undefined
  const latest = (await chronicle.latest(version.line))!
  const row: Told = { ...version, latest, previous: null }
  const [is, was] = [latest.after, version.after ?? version.before].map(state =>
    without(state, staying.get(version.kind) ?? []),
  )
  return { row, differences: differencesOf(is!, was!) }
}

const without = (state: JsonObject | null, fields: readonly string[]): JsonObject | null =>
  state && Object.fromEntries(Object.entries(state).filter(([field]) => !fields.includes(field)))
