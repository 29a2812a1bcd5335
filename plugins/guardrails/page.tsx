import { definePage, type Page, type PageRequest } from '../../src/contract/page.ts'
import { Refusal } from '../../src/errors.ts'
import { knownPaths } from '../../src/scope/known-paths.ts'
import { toQuery } from '../../views/listing.ts'
import { shorten } from '../../views/name.tsx'
import { Beat, readRound } from '../../views/pulse.tsx'
import { toGuardrail } from './input.ts'
import { createActions } from './page/actions.tsx'
import type { GuardrailsDesk, GuardrailsPageDeps } from './page/desk.ts'
import { type Draft, draftOf, emptyDraft, type Mistake, mistakeOf, toInput } from './page/draft.ts'
import type { Effect } from './page/editing.ts'
import { listGuardrails, readQuery } from './page/rows.ts'
import {
  Count,
  type DialogData,
  type GuardrailsData,
  GuardrailsTable,
  GuardrailsView,
} from './page/views.tsx'
import { sentenceOf } from './sentence.ts'
import { tryOn } from './trial.ts'

/** All guardrails with the forms that make, try, change and delete them. */
export function createGuardrailsPage(deps: GuardrailsPageDeps): Page {
  const desk = createDesk(deps)
  return definePage<GuardrailsData>({
    path: '/guardrails',
    title: 'Guardrails',
    nav: { group: 'Access', order: 23 },
    async load({ url }) {
      const dialog = dialogOf(desk, url.searchParams)
      return {
        ...(await desk.load(reader(url))),
        ...(dialog !== undefined && { dialog }),
      }
    },
    view: (data, request) => <GuardrailsView data={data} request={request} />,
    parts: { now: request => beat(desk, request) },
    actions: createActions(desk),
    asks: ['effect', 'doubt'],
  })
}

const reader =
  ({ searchParams }: URL) =>
  (name: string): string =>
    searchParams.get(name) ?? ''

async function beat(desk: GuardrailsDesk, request: PageRequest) {
  const data = await desk.load(reader(request.url))
  const path = `${request.base}/dashboard/guardrails`
  return (
    <Beat
      from={`${path}/now`}
      page={path + toQuery(data.query)}
      round={readRound(request.url.searchParams)}
      into="#guardrails"
      count={<Count data={data} />}
    >
      <GuardrailsTable data={data} request={request} />
    </Beat>
  )
}

function createDesk(deps: GuardrailsPageDeps): GuardrailsDesk {
  const { store, counted, history, auth, virtual, unknownModels, checkers } = deps
  return {
    ...{ store, history, unknownModels },
    find: name => store.list().find(guardrail => guardrail.name === name),
    async load(read) {
      const query = readQuery(read)
      const all = store.list()
      const listing = listGuardrails(all, query)
      const counts = await counted()
      const rows = await Promise.all(
        listing.rows.map(async guardrail => ({
          guardrail,
          counted: counts.filter(each => each.guardrail === guardrail.name),
          unknown: await unknownModels(guardrail.models ?? []),
        })),
      )
      return { query, listing: { ...listing, rows }, count: all.length }
    },
    editing: (draft, mistake) => ({
      draft,
      ...(mistake !== undefined && { mistake }),
      effect: effectOf(draft),
      paths: knownPaths({ keys: auth.working(), models: virtual.current().all.values(), own: store.list() }),
      checkers,
    }),
  }
}

/** What a draft would do, as far as it says enough. */
function effectOf(draft: Draft): Effect {
  const { sample } = draft
  try {
    const guardrail = toGuardrail('draft', toInput(draft), { version: 0 })
    return { sentence: sentenceOf(guardrail), sample, trial: tryOn([guardrail], sample) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { field, message } = mistakeOf(error)
    return { sample, ...(faults.includes(field) && { fault: message }) }
  }
}

/** What is said while it is typed; the rest waits until somebody wants to save. */
const faults: readonly Mistake['field'][] = ['patterns', 'words', 'on']

/** The dialog that the address asks for: `?new`, `?edit=NAME` or `?delete=NAME`. */
function dialogOf({ editing, find }: GuardrailsDesk, params: URLSearchParams): DialogData | undefined {
  if (params.has('new')) return { kind: 'edit', editing: editing(emptyDraft) }
  const name = params.get('edit') ?? params.get('delete')
  if (name === null) return undefined
  const guardrail = find(name)
  if (guardrail === undefined)
    return { kind: 'note', text: `There is no guardrail “${shorten(name)}” any more.` }
  if (guardrail.declaredIn !== undefined)
    return { kind: 'note', text: `“${shorten(name)}” is declared in ${guardrail.declaredIn}: edit it there.` }
  return params.has('edit')
    ? { kind: 'edit', editing: editing(draftOf(guardrail)) }
    : { kind: 'delete', guardrail }
}
