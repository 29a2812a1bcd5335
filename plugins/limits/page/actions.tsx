import type { Child } from 'hono/jsx'
import { authorOf } from '../../../src/author.ts'
import { listed, text } from '../../../src/door/form.ts'
import { Refusal, refuse } from '../../../src/errors.ts'
import type { ActionResult, Form, Page, PageRequest } from '../../../src/page.ts'
import { Remark } from '../../../views/dialog-form.tsx'
import { Unknown } from '../../../views/doubt.tsx'
import { Notice } from '../../../views/notice.tsx'
import { Undo } from '../../../views/undo.tsx'
import { toState } from '../input.ts'
import { KIND } from '../model.ts'
import type { LimitsDesk } from '../page.tsx'
import { Deletion } from './dialogs.tsx'
import { type Draft, draftFrom, mistakeOf, toInput } from './draft.ts'
import { Editor, Effect } from './editor.tsx'
import { Changed } from './views.tsx'
import { short } from './words.ts'

const pageOf = ({ base }: PageRequest): string => `${base}/dashboard/limits`

type Action = (desk: LimitsDesk, form: Form, request: PageRequest) => Promise<ActionResult>

/** What the forms of the page do. What is refused comes back as the same form, with the mistake beside its field. */
const actions: Readonly<Record<string, Action>> = {
  async save(desk, form, request) {
    const draft = draftFrom(form)
    const name = draft.name.trim()
    const seen = draft.version === undefined ? 'none' : [draft.version]
    try {
      await desk.store.save(name, toInput(draft), {
        author: authorOf(request.admin),
        ifMatch: seen,
      })
      return changed(desk, {
        form,
        request,
        message: `“${short(name)}” is saved`,
      })
    } catch (error) {
      const what = meanwhile(error, desk, draft)
      const mistake = mistakeOf(what === undefined ? error : conflict(what, name))
      const editing = desk.editing(what === 'deleted' ? anew(draft) : draft, mistake)
      return {
        markup: <Editor editing={editing} request={request} />,
        status: 422,
      }
    }
  },

  async delete(desk, form, request) {
    const name = text(form, 'name')
    const version = Number(text(form, 'version'))
    try {
      await desk.store.remove(name, {
        author: authorOf(request.admin),
        ifMatch: [version],
      })
      const offer = <Undo page={pageOf(request)} field="name" value={name} request={request} />
      return changed(desk, {
        form,
        request,
        message: `“${short(name)}” is deleted`,
        offer,
      })
    } catch (error) {
      const limit = desk.find(name)
      const { message } = mistakeOf(error)
      if (limit === undefined)
        return {
          markup: <Remark text={gone(name)} page={pageOf(request)} />,
          status: 422,
        }
      const said =
        limit.version === version
          ? message
          : 'Somebody else has changed it since you looked: this is what it is now'
      return {
        markup: <Deletion limit={limit} mistake={said} request={request} />,
        status: 422,
      }
    }
  },

  /** Brings back what was deleted, unless somebody else has done that, or has taken its name. */
  async undo(desk, form, request) {
    const name = text(form, 'name')
    try {
      const id =
        (await desk.history.deletionOf(KIND, name)) ??
        refuse('conflict', 'It is not deleted any more, or its name is in use')
      await desk.history.restore(id, {
        author: authorOf(request.admin),
        ifMatch: 'none',
        force: false,
      })
      return changed(desk, {
        form,
        request,
        message: `“${short(name)}” is back`,
      })
    } catch (error) {
      return complaint(`“${short(name)}” cannot be brought back. ${mistakeOf(error).message}`)
    }
  },

  async toggle(desk, form, request) {
    const name = text(form, 'name')
    const enabled = text(form, 'enabled') === 'on'
    try {
      const limit = desk.find(name) ?? refuse('not_found', gone(name))
      const seen = { author: authorOf(request.admin), ifMatch: [limit.version] }
      await desk.store.save(name, { ...toState(limit), enabled }, seen)
      const off = 'off: it holds nobody back'
      return changed(desk, {
        form,
        request,
        message: `“${short(name)}” is ${enabled ? 'on' : off}`,
      })
    } catch (error) {
      return complaint(`“${short(name)}” stays as it is. ${mistakeOf(error).message}`)
    }
  },

  async effect(desk, form) {
    return { markup: <Effect text={desk.editing(draftFrom(form)).effect} /> }
  },

  async doubt({ unknownModels }, form) {
    return { markup: <Unknown models={await unknownModels(listed(draftFrom(form).models))} /> }
  },
}

export const createActions = (desk: LimitsDesk): NonNullable<Page['actions']> =>
  Object.fromEntries(
    Object.entries(actions).map(([name, act]) => [
      name,
      (form: Form, request: PageRequest) => act(desk, form, request),
    ]),
  )

const gone = (name: string): string => `There is no limit “${short(name)}” any more.`

/** What somebody else did to a limit while a form about it was open. */
type Meanwhile = 'taken' | 'deleted' | 'changed'

function meanwhile(error: unknown, { find }: LimitsDesk, { name, version }: Draft): Meanwhile | undefined {
  if (!(error instanceof Refusal) || error.code !== 'version_conflict') return undefined
  if (version === undefined) return 'taken'
  return find(name.trim()) === undefined ? 'deleted' : 'changed'
}

function conflict(what: Meanwhile, name: string): Refusal {
  const said = `“${short(name)}”`
  if (what === 'taken')
    return new Refusal('conflict', `${said} exists already: edit it instead, or choose another name`, {
      param: 'name',
    })
  return new Refusal(
    'version_conflict',
    what === 'deleted'
      ? `${said} was deleted by somebody else while this form was open. Nothing is saved: you can create it anew, as it stands here`
      : `${said} was changed by somebody else while this form was open: close it and look again`,
  )
}

/** What is typed becomes a new limit: whoever saves that makes it on purpose. */
const anew = ({ version: _version, ...draft }: Draft): Draft => draft

interface Write {
  readonly form: Form
  readonly request: PageRequest
  readonly message: string
  /** What can be done about it. */
  readonly offer?: Child
}

/** After a write: htmx gets the parts that changed, a plain browser the whole page. */
function changed(desk: LimitsDesk, { form, request, message, offer }: Write): ActionResult {
  if (text(form, 'via') !== 'htmx') return { go: '/dashboard/limits' }
  const data = desk.load(name => text(form, name))
  return {
    markup: <Changed data={data} request={request} notice={<Notice offer={offer}>{message}</Notice>} />,
  }
}

const complaint = (message: string): ActionResult => ({
  markup: <Notice tone="bad">{message}</Notice>,
  status: 422,
})
