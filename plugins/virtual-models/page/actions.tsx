import type { Child } from 'hono/jsx'
import type { ActionResult, Form, Page, PageRequest } from '../../../src/contract/page.ts'
import { authorOf } from '../../../src/door/author.ts'
import { all, text } from '../../../src/door/form.ts'
import { refuse } from '../../../src/errors.ts'
import { shorten } from '../../../views/name.tsx'
import { Notice } from '../../../views/notice.tsx'
import { Undo } from '../../../views/undo.tsx'
import { KIND } from '../model.ts'
import type { ModelsDesk } from './desk.ts'
import { Deletion, Gone } from './dialogs.tsx'
import { type Draft, draftFrom, draftOf, emptyDraft, mistakeOf, toInput, trim } from './draft.ts'
import { Editor, Effects } from './editor.tsx'
import { conflict, meanwhile } from './meanwhile.ts'
import { askToReplace, replacingOf } from './replacing.ts'
import { suggest } from './suggest.ts'
import { Suggestions } from './targets.tsx'
import { Changed } from './views.tsx'

type Action = (desk: ModelsDesk, form: Form, request: PageRequest) => Promise<ActionResult>

/** What the forms of the page do. What is refused comes back as the same form, with the mistake beside its field. */
const actions: Readonly<Record<string, Action>> = {
  async save(desk, form, request) {
    const draft = trim(draftFrom(form))
    const { old } = draft
    try {
      const replacing = replacingOf(draft, desk.find)
      if (replacing?.isMeant === false) throw askToReplace(replacing)
      const seen = old ?? replacing?.policy
      const { kind, source } = await desk.virtual.save(toInput(draft), {
        author: authorOf(request.admin),
        ifMatch: seen === undefined ? 'none' : [seen.version],
      })
      const noun = kind === 'redirect' ? 'Redirect' : 'Access policy'
      return await changed(desk, { form, request, message: `${noun} “${shorten(source)}” is saved` })
    } catch (error) {
      const what = meanwhile(error, old, desk)
      const said = what === undefined ? error : conflict(what, old?.source ?? draft.source.trim())
      const mistake = mistakeOf(said, draft)
      const editing = await desk.editing(what === 'deleted' ? anew(draft) : draft, { mistake })
      return { markup: <Editor editing={editing} request={request} />, status: 422 }
    }
  },

  async delete(desk, form, request) {
    const source = text(form, 'source')
    const version = Number(text(form, 'version'))
    try {
      await desk.virtual.remove(source, { author: authorOf(request.admin), ifMatch: [version] })
      const undo = (
        <Undo page={`${request.base}/dashboard/models`} field="source" value={source} request={request} />
      )
      return await changed(desk, { form, request, message: `“${shorten(source)}” is deleted`, offer: undo })
    } catch (error) {
      const view = desk.find(source)
      if (view === undefined) return { markup: <Gone source={source} request={request} />, status: 422 }
      const isChanged = meanwhile(error, { source, version }, desk) === 'changed'
      const message = isChanged
        ? 'Somebody else has changed it since you looked: this is what it is now'
        : mistakeOf(error, emptyDraft).message
      return { markup: <Deletion view={view} mistake={message} request={request} />, status: 422 }
    }
  },

  /** Brings back what was deleted, unless somebody else has done that, or has taken its name. */
  async undo(desk, form, request) {
    const source = text(form, 'source')
    try {
      const id =
        (await desk.history.deletionOf(KIND, source)) ??
        refuse('conflict', 'It is not deleted any more, or its name is in use')
      // `force`: it leads where it led before, and whoever deleted it by mistake wants just that.
      await desk.history.restore(id, { author: authorOf(request.admin), ifMatch: 'none', force: true })
      return await changed(desk, { form, request, message: `“${shorten(source)}” is back` })
    } catch (error) {
      const { message } = mistakeOf(error, emptyDraft)
      return complaint(`“${shorten(source)}” cannot be brought back. ${message}`)
    }
  },

  async toggle(desk, form, request) {
    const source = text(form, 'source')
    const isOn = text(form, 'enabled') === 'on'
    const view = desk.find(source)
    const draft = view && { ...draftOf(view), enabled: isOn, force: true }
    try {
      if (view === undefined || draft === undefined)
        return refuse('not_found', `There is no virtual model “${shorten(source)}” any more`)
      // `force`: what it leads to does not change, so it is not asked again whether that exists.
      const seen = { author: authorOf(request.admin), ifMatch: [view.version] }
      const { kind } = await desk.virtual.save(toInput(draft), seen)
      const off = kind === 'policy' ? 'off: nobody may use what it covers' : 'off'
      return await changed(desk, { form, request, message: `“${shorten(source)}” is ${isOn ? 'on' : off}` })
    } catch (error) {
      const what = meanwhile(error, view, desk)
      const { message } = mistakeOf(what ? conflict(what, source) : error, draft ?? emptyDraft)
      return complaint(`“${shorten(source)}” stays as it is. ${message}`)
    }
  },

  /** The form as it is typed, with one target line more or less. */
  async draft(desk, form, request) {
    const editing = await desk.editing(withTargets(form), { focus: 'target' })
    return { markup: <Editor editing={editing} request={request} /> }
  },

  async effect(desk, form) {
    const { effects } = await desk.editing(draftFrom(form))
    return { markup: <Effects effects={effects} /> }
  },

  async suggest({ virtual, provided }, form) {
    const typed = all(form, 'target')[Number(text(form, 'index'))] ?? ''
    return { markup: <Suggestions names={suggest(typed, await virtual.views(), provided())} /> }
  },

  async refresh(desk, form, request) {
    await desk.lists.refresh()
    const lists = desk.lists.status()
    const failed = lists.filter(({ error }) => error !== undefined).length
    const message =
      failed === 0 ? 'All lists are fresh' : `${failed} of ${lists.length} lists could not be fetched`
    return changed(desk, { form, request, message, isBad: failed > 0 })
  },
}

export const createActions = (desk: ModelsDesk): NonNullable<Page['actions']> =>
  Object.fromEntries(
    Object.entries(actions).map(([name, act]) => [
      name,
      (form: Form, request: PageRequest) => act(desk, form, request),
    ]),
  )

interface Write {
  readonly form: Form
  readonly request: PageRequest
  readonly message: string
  readonly isBad?: boolean
  /** What can be done about it. */
  readonly offer?: Child
}

/** After a write: htmx gets the parts that changed, a plain browser the whole page. */
async function changed(
  desk: ModelsDesk,
  { form, request, message, isBad = false, offer }: Write,
): Promise<ActionResult> {
  if (text(form, 'via') !== 'htmx') return { go: '/dashboard/models' }
  const data = await desk.load(name => text(form, name))
  const notice = (
    <Notice tone={isBad ? 'bad' : 'good'} offer={offer}>
      {message}
    </Notice>
  )
  return { markup: <Changed data={data} request={request} notice={notice} /> }
}

const complaint = (message: string): ActionResult => ({
  markup: <Notice tone="bad">{message}</Notice>,
  status: 422,
})

function withTargets(form: Form): Draft {
  const draft = draftFrom(form)
  const removed = Number(text(form, 'remove') || Number.NaN)
  const kept = draft.targets.filter((_, index) => index !== removed)
  const targets = text(form, 'add') === '' ? kept : [...kept, ...emptyDraft.targets]
  return { ...draft, targets: targets.length > 0 ? targets : emptyDraft.targets }
}

/** What is typed becomes a new virtual model: whoever saves that makes it on purpose. */
const anew = ({ old: _old, ...draft }: Draft): Draft => draft
