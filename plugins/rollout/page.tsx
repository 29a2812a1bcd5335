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
import { check } from '../../src/request/check.ts'
import type { ModelPanel } from '../usage/model.ts'
import type { VirtualModels } from '../virtual-models/model.ts'
import { type Action, type Acts, whyNot } from './acts.ts'
import type { Book } from './book.ts'
import { rolloutInput, toPlan } from './input.ts'
import { draftFrom, emptyDraft, mistakeOf, toInput } from './page/draft.ts'
import { StartForm, type Starting } from './page/form.tsx'
import { RolloutList } from './page/list.tsx'
import { Panel } from './page/panel.tsx'
import { detailOf } from './page/place.ts'
import type { Rollout } from './schema.ts'

interface PageDeps {
  readonly book: Book
  readonly acts: Acts
  readonly virtual: Pick<VirtualModels, 'view'>
  /** All models of providers, for who types one. */
  readonly models: () => readonly string[]
  readonly now: () => number
}

type Shown =
  | { readonly kind: 'start'; readonly starting: Starting }
  | { readonly kind: 'list'; readonly rollouts: readonly Rollout[]; readonly now: number }

/** The form that starts a rollout, a list of all, and what the page of a redirect shows of its own. */
export function createRolloutsPage({ book, acts, virtual, models, now }: PageDeps): {
  readonly page: Page
  readonly panel: ModelPanel
} {
  const take =
    (act: (source: string, author: string) => Promise<unknown>) =>
    async (form: Form, { admin }: PageRequest): Promise<ActionResult> => {
      const source = text(form, 'source')
      await act(source, authorOf(admin))
      return { go: detailOf(source) }
    }
  const doing = (action: Action) => take((source, author) => acts.act(source, action, author))

  const page = definePage<Shown>({
    path: '/models/rollouts',
    title: 'Rollouts',
    async load({ url: { searchParams: params } }) {
      const source = params.get('start')
      if (source === null) return { kind: 'list', rollouts: await book.read(), now: now() }
      const mirror = virtual.view(source)?.mirror?.model
      const draft = emptyDraft(source, params.get('to') ?? mirror ?? '')
      return { kind: 'start', starting: { draft, models: models() } }
    },
    view: (shown, request) =>
      shown.kind === 'start' ? (
        <StartForm starting={shown.starting} request={request} />
      ) : (
        <RolloutList rollouts={shown.rollouts} now={shown.now} request={request} />
      ),
    actions: {
      async start(form, request) {
        const draft = draftFrom(form)
        try {
          await acts.start(draft.source, toPlan(check(rolloutInput, toInput(draft))), authorOf(request.admin))
          return { go: detailOf(draft.source) }
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          const starting = { draft, mistake: mistakeOf(error), models: models() }
          return { markup: <StartForm starting={starting} request={request} />, status: 422 }
        }
      },
      pause: doing('pause'),
      resume: doing('resume'),
      finish: doing('finish'),
      'roll-back': doing('roll_back'),
      forget: take(acts.forget),
    },
  })

  const panel: ModelPanel = async (source, request) => {
    const view = virtual.view(source)
    if (view === undefined) return null
    const rollout = await book.get(source)
    return <Panel {...{ view, rollout, obstacle: whyNot(view), now: now(), request }} />
  }
  return { page, panel }
}
