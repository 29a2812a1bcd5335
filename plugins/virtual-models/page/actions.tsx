import { refuse } from '../../../src/errors.ts'
import { all, text } from '../../../src/form.ts'
import type { ActionResult, Form, Page, PageRequest } from '../../../src/page.ts'
import { Notice } from '../../../views/notice.tsx'
import type { VirtualModelView } from '../model.ts'
import type { ModelsDesk } from '../page.tsx'
import { Deletion } from './dialogs.tsx'
import { type Draft, draftFrom, draftOf, emptyDraft, mistakeOf, short, toInput, trim } from './draft.ts'
import { Editor, Effects } from './editor.tsx'
import { suggest } from './suggest.ts'
import { Suggestions } from './targets.tsx'
import { Changed } from './views.tsx'

type Action = (desk: ModelsDesk, form: Form, request: PageRequest) => Promise<ActionResult>

/** What the forms of the page do. What is refused comes back as the same form, with the mistake beside its field. */
const actions: Readonly<Record<string, Action>> = {
  async save(desk, form, request) {
    const draft = trim(draftFrom(form))
    try {
      checkOld(draft, await desk.virtual.views())
      const { kind, source } = await desk.virtual.save(toInput(draft), { author: request.admin.via })
      const noun = kind === 'redirect' ? 'Redirect' : 'Access policy'
      return await changed(desk, { form, request, message: `${noun} “${short(source)}” is saved` })
    } catch (error) {
      const editing = await desk.editing(draft, { mistake: mistakeOf(error, draft) })
      return { markup: <Editor editing={editing} request={request} />, status: 422 }
    }
  },

  async delete(desk, form, request) {
    const source = text(form, 'source')
    try {
      await desk.virtual.remove(source, { author: request.admin.via })
      return await changed(desk, { form, request, message: `“${short(source)}” is deleted` })
    } catch (error) {
      const { message } = mistakeOf(error, emptyDraft)
      const view = await desk.find(source)
      return {
        markup: <Deletion source={source} view={view} mistake={message} request={request} />,
        status: 422,
      }
    }
  },

  async toggle(desk, form, request) {
    const source = text(form, 'source')
    const isOn = text(form, 'enabled') === 'on'
    const view = await desk.find(source)
    const draft = view && { ...draftOf(view), enabled: isOn, force: true }
    try {
      if (draft === undefined)
        return refuse('not_found', `There is no virtual model “${short(source)}” any more`)
      // `force`: what it leads to does not change, so it is not asked again whether that exists.
      const { kind } = await desk.virtual.save(toInput(draft), { author: request.admin.via })
      const off = kind === 'policy' ? 'off: nobody may use what it covers' : 'off'
      return await changed(desk, { form, request, message: `“${short(source)}” is ${isOn ? 'on' : off}` })
    } catch (error) {
      const { message } = mistakeOf(error, draft ?? emptyDraft)
      return {
        markup: <Notice tone="bad">{`“${short(source)}” stays as it is. ${message}`}</Notice>,
        status: 422,
      }
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
}

/** After a write: htmx gets the parts that changed, a plain browser the whole page. */
async function changed(
  desk: ModelsDesk,
  { form, request, message, isBad = false }: Write,
): Promise<ActionResult> {
  if (text(form, 'via') !== 'htmx') return { go: '/dashboard/models' }
  const data = await desk.load(name => text(form, name))
  const notice = <Notice tone={isBad ? 'bad' : 'good'}>{message}</Notice>
  return { markup: <Changed data={data} request={request} notice={notice} /> }
}

function withTargets(form: Form): Draft {
  const draft = draftFrom(form)
  const removed = Number(text(form, 'remove') || Number.NaN)
  const kept = draft.targets.filter((_, index) => index !== removed)
  const targets = text(form, 'add') === '' ? kept : [...kept, ...emptyDraft.targets]
  return { ...draft, targets: targets.length > 0 ? targets : emptyDraft.targets }
}

/** What the API lets a script do on purpose, a person should not do by accident: replace a row that they have not seen. */
function checkOld({ old, source }: Draft, views: readonly VirtualModelView[]): void {
  const seen = views.find(view => view.source === (old?.source ?? source.trim()))
  if (seen === undefined) return
  const name = short(seen.source)
  if (old === undefined) {
    refuse('conflict', `“${name}” exists already: edit it instead, or choose another name`, {
      param: 'source',
    })
  }
  if (seen.version !== old.version) {
    refuse(
      'version_conflict',
      `“${name}” was changed by somebody else while this form was open: close it and look again`,
    )
  }
}
