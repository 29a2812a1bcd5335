import type { Child } from 'hono/jsx'
import type { ActionResult, Form, Markup, PageRequest } from '../../src/contract/page.ts'
import { authorOf } from '../../src/door/author.ts'
import { text } from '../../src/door/form.ts'
import { Refusal, refuse } from '../../src/errors.ts'
import { Remark } from '../../views/dialog-form.tsx'
import { shorten } from '../../views/name.tsx'
import { Notice } from '../../views/notice.tsx'
import { Undo } from '../../views/undo.tsx'
import type { Definition, Drafted, Forms, FormsOptions, History, Wrong } from './model.ts'

/**
 * What the forms do of a page that shows what operators define under a name. What is refused comes back as the same form,
 * with the mistake beside its field. `parts` draws what of the page is another now, for the filters in the form.
 */
export function createForms<T extends Definition, D extends Drafted, M extends Wrong>(
  options: FormsOptions<T, D, M>,
  history: Pick<History, 'deletionOf' | 'restore'>,
  parts: (form: Form, request: PageRequest, notice: Child) => Promise<Markup>,
): Forms {
  const { kind, path, definitions, mistakeOf } = options
  const pageOf = ({ base }: PageRequest): string => `${base}/dashboard${path}`
  const find = (name: string): T | undefined => definitions.list().find(each => each.name === name)
  const gone = (name: string): string => `There is no ${kind} “${shorten(name)}” any more.`

  /** After a write: htmx gets the parts that changed, a plain browser the whole page. */
  async function changed(form: Form, request: PageRequest, notice: Child): Promise<ActionResult> {
    if (text(form, 'via') !== 'htmx') return { go: `/dashboard${path}` }
    return { markup: await parts(form, request, notice) }
  }

  function meanwhile(error: unknown, { name, version }: Drafted): Meanwhile | undefined {
    if (!(error instanceof Refusal) || error.code !== 'version_conflict') return undefined
    if (version === undefined) return 'taken'
    return find(name.trim()) === undefined ? 'deleted' : 'changed'
  }

  return {
    async save(form, request) {
      const draft = options.draftFrom(form)
      const name = draft.name.trim()
      try {
        await definitions.save(name, options.toInput(draft), {
          author: authorOf(request.admin),
          ifMatch: draft.version === undefined ? 'none' : [draft.version],
        })
        return await changed(form, request, <Notice>“{shorten(name)}” is saved</Notice>)
      } catch (error) {
        const what = meanwhile(error, draft)
        const mistake = mistakeOf(what === undefined ? error : conflict(what, name))
        const typed = what === 'deleted' ? anew(draft) : draft
        return { markup: options.editor(typed, mistake, request), status: 422 }
      }
    },

    async delete(form, request) {
      const name = text(form, 'name')
      const version = Number(text(form, 'version'))
      try {
        await definitions.remove(name, { author: authorOf(request.admin), ifMatch: [version] })
        const offer = <Undo page={pageOf(request)} field="name" value={name} request={request} />
        return await changed(form, request, <Notice offer={offer}>“{shorten(name)}” is deleted</Notice>)
      } catch (error) {
        const { message } = mistakeOf(error)
        const thing = find(name)
        if (thing === undefined)
          return { markup: <Remark text={gone(name)} page={pageOf(request)} />, status: 422 }
        const said = thing.version === version ? message : CHANGED
        return { markup: options.deletion(thing, said, request), status: 422 }
      }
    },

    /** Brings back what was deleted, unless somebody else has done that, or has taken its name. */
    async undo(form, request) {
      const name = text(form, 'name')
      try {
        const id =
          (await history.deletionOf(kind, name)) ??
          refuse('conflict', 'It is not deleted any more, or its name is in use')
        await history.restore(id, { author: authorOf(request.admin), ifMatch: 'none', force: false })
        return await changed(form, request, <Notice>“{shorten(name)}” is back</Notice>)
      } catch (error) {
        return complaint(`“${shorten(name)}” cannot be brought back. ${mistakeOf(error).message}`)
      }
    },

    async toggle(form, request) {
      const name = text(form, 'name')
      const enabled = text(form, 'enabled') === 'on'
      try {
        const thing = find(name) ?? refuse('not_found', gone(name))
        const seen = { author: authorOf(request.admin), ifMatch: [thing.version] }
        await definitions.save(name, { ...options.toState(thing), enabled }, seen)
        const state = enabled ? 'on' : options.off
        return await changed(
          form,
          request,
          <Notice>
            “{shorten(name)}” is {state}
          </Notice>,
        )
      } catch (error) {
        return complaint(`“${shorten(name)}” stays as it is. ${mistakeOf(error).message}`)
      }
    },
  }
}

/** What somebody else did while a form was open. */
type Meanwhile = 'taken' | 'deleted' | 'changed'

const CHANGED = 'Somebody else has changed it since you looked: this is what it is now'

function conflict(what: Meanwhile, name: string): Refusal {
  const said = `“${shorten(name)}”`
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

/** What is typed becomes a new one: whoever saves that makes it on purpose. */
const anew = <D extends Drafted>({ version: _version, ...draft }: D): D => draft as D

const complaint = (message: string): ActionResult => ({
  markup: <Notice tone="bad">{message}</Notice>,
  status: 422,
})
