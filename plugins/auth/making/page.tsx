import {
  type ActionResult,
  type CallerPage,
  type CallerPageRequest,
  defineCallerPage,
  type Form,
} from '../../../src/contract/page.ts'
import { text } from '../../../src/door/form.ts'
import { Refusal } from '../../../src/errors.ts'
import { asWriter } from '../../../views/dialog-form.tsx'
import { MAX_SEARCH, readPage } from '../../../views/listing.ts'
import { Notice } from '../../../views/notice.tsx'
import type { Minted } from '../keys.ts'
import { Gone, graces, Revoking, Rolling, Shown } from '../page/dialogs.tsx'
import { listKeys } from '../page/rows.ts'
import type { KeyUses } from '../uses.ts'
import type { KeyRow } from '../views-of.ts'
import type { Making } from './making.ts'
import { draftFrom, emptyDraft, mistakeOf, toInput } from './page/draft.ts'
import { Editor } from './page/editor.tsx'
import { Changed, type MadeData, MadeView, pageOf } from './page/views.tsx'

interface Deps {
  readonly making: Making
  readonly uses: Pick<KeyUses, 'of'>
  readonly now: () => number
}

interface Action {
  readonly form: Form
  readonly request: CallerPageRequest
}

/** The portal's page for holders of keys that make keys: what `/v1/keys` does, by its rules. */
export function createMakingPage({ making, uses, now }: Deps): CallerPage {
  async function load({ x }: CallerPageRequest, read: (name: string) => string): Promise<MadeData> {
    const query = { q: read('q').slice(0, MAX_SEARCH), page: readPage(read('page')) }
    const rows = making.list(x.caller)
    const listing = listKeys(rows, { ...query, state: '' }, { now: now(), uses: undefined })
    const used = await uses.of(listing.rows.map(({ row }) => row.id))
    return { query, listing, uses: used, count: rows.length, now: now() }
  }

  const placeOf = (request: CallerPageRequest) => ({ page: pageOf(request), request: asWriter(request) })

  function editor(
    request: CallerPageRequest,
    draft = emptyDraft(''),
    mistake?: ReturnType<typeof mistakeOf>,
  ) {
    const maker = making.maker(request.x.caller)
    const shown = draft.userPath === '' ? { ...draft, userPath: maker.userPath ?? '' } : draft
    return <Editor draft={shown} mistake={mistake} maker={maker} {...placeOf(request)} />
  }

  const rolling = (request: CallerPageRequest, row: KeyRow, mistake?: string) => (
    <Rolling row={row} mistake={mistake} {...placeOf(request)} />
  )

  const revoking = async (request: CallerPageRequest, row: KeyRow, mistake?: string) => (
    <Revoking
      row={row}
      uses={await uses.of([row.id])}
      now={now()}
      made={0}
      mistake={mistake}
      {...placeOf(request)}
    />
  )

  /** The dialog that the address asks for: `?new`, `?roll=ID` or `?revoke=ID`. */
  async function dialogOf(request: CallerPageRequest) {
    const { searchParams: params } = request.url
    if (params.has('new')) return editor(request)
    for (const [kind, dialog] of [
      ['roll', rolling],
      ['revoke', revoking],
    ] as const) {
      const id = params.get(kind)
      if (id === null) continue
      const row = making.list(request.x.caller).find(row => row.id === id && row.revokedAt === null)
      return row === undefined ? <Gone {...placeOf(request)} /> : dialog(request, row)
    }
    return undefined
  }

  const inPlace = async ({ form, request }: Action, said: Partial<Parameters<typeof Changed>[0]>) => ({
    markup: <Changed data={await load(request, name => text(form, name))} request={request} {...said} />,
  })

  /** The new key, this once: in the dialog with the table behind it, or on a page of its own. */
  async function minted(action: Action, { row, key }: Minted): Promise<ActionResult> {
    const shown = <Shown row={row} secret={key} {...placeOf(action.request)} />
    return text(action.form, 'via') === 'htmx' ? inPlace(action, { inDialog: shown }) : { markup: shown }
  }

  async function make(form: Form, request: CallerPageRequest): Promise<ActionResult> {
    const draft = draftFrom(form)
    try {
      return await minted({ form, request }, await making.make(request.x.caller, toInput(draft)))
    } catch (error) {
      return { markup: editor(request, draft, mistakeOf(error)), status: 422 }
    }
  }

  async function roll(form: Form, request: CallerPageRequest): Promise<ActionResult> {
    const { caller } = request.x
    const seconds = text(form, 'grace')
    const grace = (Object.hasOwn(graces, seconds) ? Number(seconds) : 0) * 1000
    try {
      return await minted({ form, request }, await making.roll(caller, text(form, 'id'), grace))
    } catch (error) {
      return refused(form, request, error, rolling)
    }
  }

  async function revoke(form: Form, request: CallerPageRequest): Promise<ActionResult> {
    try {
      const { name } = await making.revoke(request.x.caller, text(form, 'id'))
      if (text(form, 'via') !== 'htmx') return { go: '/portal/keys' }
      return await inPlace({ form, request }, { notice: <Notice>“{name}” is revoked</Notice> })
    } catch (error) {
      return refused(form, request, error, revoking)
    }
  }

  /** The same dialog with what is wrong; another one where its key is not there any more. */
  async function refused(
    form: Form,
    request: CallerPageRequest,
    error: unknown,
    dialog: typeof rolling | typeof revoking,
  ): Promise<ActionResult> {
    const { message } = mistakeOf(error)
    const isGone = error instanceof Refusal && error.status === 404
    if (isGone) return { markup: <Gone {...placeOf(request)} />, status: 422 }
    return {
      markup: await dialog(request, making.get(request.x.caller, text(form, 'id')), message),
      status: 422,
    }
  }

  return defineCallerPage({
    path: '/keys',
    title: 'Keys you make',
    nav: { group: 'Yours', order: 24, isFor: ({ x }) => making.isMaker(x.caller) },
    load: async request => ({
      data: await load(request, name => request.url.searchParams.get(name) ?? ''),
      dialog: await dialogOf(request),
    }),
    view: ({ data, dialog }, request) => <MadeView data={data} request={request} dialog={dialog} />,
    actions: { make, roll, revoke },
  })
}
