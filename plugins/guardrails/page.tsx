import { Refusal } from '../../src/errors.ts'
import { definePage, type Page } from '../../src/page.ts'
import { shorten } from '../../views/name.tsx'
import type { History } from '../history/model.ts'
import { toGuardrail } from './input.ts'
import type { Guardrail } from './model.ts'
import { createActions } from './page/actions.tsx'
import { type Draft, draftOf, emptyDraft, type Mistake, mistakeOf, toInput } from './page/draft.ts'
import type { Editing, Effect } from './page/editing.ts'
import { listGuardrails, readQuery } from './page/rows.ts'
import { type DialogData, type GuardrailsData, GuardrailsView } from './page/views.tsx'
import { sentenceOf } from './sentence.ts'
import type { GuardrailStore } from './store.ts'
import type { Tally } from './tally.ts'
import { tryOn } from './trial.ts'

export interface GuardrailsPageDeps {
  readonly store: GuardrailStore
  readonly tally: Pick<Tally, 'of'>
  readonly history: Pick<History, 'forms'>
  /** Names of the services that may be asked. */
  readonly checkers: readonly string[]
}

/** What the page and its actions have in common. */
export interface GuardrailsDesk extends Pick<GuardrailsPageDeps, 'store' | 'history'> {
  load(read: (name: string) => string): GuardrailsData
  find(name: string): Guardrail | undefined
  /** Gathers what the form shows beside the draft itself. */
  editing(draft: Draft, mistake?: Mistake): Editing
}

/** All guardrails with the forms that make, try, change and delete them. */
export function createGuardrailsPage(deps: GuardrailsPageDeps): Page {
  const desk = createDesk(deps)
  return definePage<GuardrailsData>({
    path: '/guardrails',
    title: 'Guardrails',
    nav: { group: 'Access', order: 23 },
    load({ url: { searchParams } }) {
      const dialog = dialogOf(desk, searchParams)
      return {
        ...desk.load(name => searchParams.get(name) ?? ''),
        ...(dialog !== undefined && { dialog }),
      }
    },
    view: (data, request) => <GuardrailsView data={data} request={request} />,
    actions: createActions(desk),
  })
}

function createDesk({ store, tally, history, checkers }: GuardrailsPageDeps): GuardrailsDesk {
  return {
    store,
    history,
    find: name => store.list().find(guardrail => guardrail.name === name),
    load(read) {
      const query = readQuery(read)
      const all = store.list()
      const listing = listGuardrails(all, query)
      const rows = listing.rows.map(guardrail => ({ guardrail, counted: tally.of(guardrail.name) }))
      return { query, listing: { ...listing, rows }, count: all.length }
    },
    editing: (draft, mistake) => ({
      draft,
      ...(mistake !== undefined && { mistake }),
      effect: effectOf(draft),
      paths: pathsOf(store.list()),
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

const MOST_PATHS = 100

/** User paths that other guardrails speak of. */
const pathsOf = (all: readonly Guardrail[]): readonly string[] =>
  [...new Set(all.map(({ userPath }) => userPath))].filter(path => path !== '/').slice(0, MOST_PATHS)

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
