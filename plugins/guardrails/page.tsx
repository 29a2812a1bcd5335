import type { Page } from '../../src/contract/page.ts'
import { listed } from '../../src/door/form.ts'
import { Refusal } from '../../src/errors.ts'
import { knownPaths } from '../../src/scope/known-paths.ts'
import type { UnknownModels } from '../../src/scope/unknown-models.ts'
import { Unknown } from '../../views/doubt.tsx'
import type { Auth } from '../auth/model.ts'
import type { History } from '../history/model.ts'
import type { VirtualModelSource } from '../virtual-models/model.ts'
import { toGuardrail, toState } from './input.ts'
import { type Guardrail, KIND } from './model.ts'
import { Deletion } from './page/deletion.tsx'
import { type Draft, draftFrom, draftOf, emptyDraft, type Mistake, mistakeOf, toInput } from './page/draft.ts'
import type { Editing, Effect } from './page/editing.ts'
import { Editor } from './page/editor.tsx'
import { EffectOf } from './page/effect.tsx'
import { GuardrailLine, type Listed } from './page/line.tsx'
import { listGuardrails, type State, states } from './page/rows.ts'
import { sentenceOf } from './sentence.ts'
import type { GuardrailStore } from './store.ts'
import type { Counted } from './tally.ts'
import { tryOn } from './trial.ts'

interface GuardrailsPageDeps {
  readonly store: GuardrailStore
  /** What they did, in all workers. */
  readonly counted: () => Promise<readonly Counted[]>
  readonly history: Pick<History, 'page'>
  readonly auth: Pick<Auth, 'working'>
  readonly virtual: VirtualModelSource
  readonly unknownModels: UnknownModels
  /** Names of the services that may be asked. */
  readonly checkers: readonly string[]
}

/** All guardrails with the forms that make, try, change and delete them. */
export function createGuardrailsPage(deps: GuardrailsPageDeps): Page {
  const { store, counted, history, auth, virtual, unknownModels, checkers } = deps

  /** Gathers what the form shows beside the draft itself. */
  const editing = (draft: Draft, mistake: Mistake | undefined): Editing => ({
    ...{ draft, mistake },
    effect: effectOf(draft),
    paths: knownPaths({ keys: auth.working(), models: virtual.current().all.values(), own: store.list() }),
    checkers,
  })

  return history.page<Guardrail, Draft, Mistake, Listed, State>({
    ...{ kind: KIND, path: '/guardrails', title: 'Guardrails', nav: { group: 'Access', order: 23 } },
    lead: 'What may be told to models, and what they may say.',
    about:
      'A guardrail looks for card numbers, secrets, words or patterns in what models are told or say, and refuses the call, masks what it finds, or counts it.',
    searched: 'Search names, paths, models, what is looked for',
    states,
    caption: 'Guardrails, and what they did',
    headings: ['Guardrail', 'Holds for', 'Does', 'Since the start', 'State', ''],
    definitions: store,
    async find(query) {
      const listing = listGuardrails(store.list(), query)
      const counts = await counted()
      const rows = await Promise.all(
        listing.rows.map(async guardrail => ({
          guardrail,
          counted: counts.filter(each => each.guardrail === guardrail.name),
          unknown: await unknownModels(guardrail.models ?? []),
        })),
      )
      return { listing: { ...listing, rows } }
    },
    row: (listed, query, request) => <GuardrailLine listed={listed} query={query} request={request} />,
    ...{ emptyDraft, draftOf, draftFrom, toInput, toState, mistakeOf },
    off: 'off: nothing is looked at',
    editor: (draft, mistake, request) => <Editor editing={editing(draft, mistake)} request={request} />,
    deletion: (guardrail, mistake, request) => (
      <Deletion guardrail={guardrail} mistake={mistake} request={request} />
    ),
    asks: {
      effect: form => ({ markup: <EffectOf effect={effectOf(draftFrom(form))} /> }),
      doubt: async form => ({
        markup: <Unknown models={await unknownModels(listed(draftFrom(form).models))} />,
      }),
    },
  })
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
