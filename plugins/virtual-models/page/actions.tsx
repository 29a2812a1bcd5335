import { refuse } from '../../../src/errors.ts'
import type { ActionResult, Form, Page, PageRequest } from '../../../src/page.ts'
import { Notice } from '../../../views/notice.tsx'
import type { VirtualModelView } from '../model.ts'
import type { ModelsDesk } from '../page.tsx'
import { Deletion } from './dialogs.tsx'
import {
  all,
  type Draft,
  draftFrom,
  draftOf,
  emptyDraft,
  mistakeOf,
  short,
  text,
  toInput,
  trim,
} from './draft.ts'
import { Editor, Effects } from './editor.tsx'
import { suggest } from './suggest.ts'
import { Suggestions } from './targets.tsx'
import { Changed } from './views.tsx'

/** What the forms of the page do. What is refused comes back as the same form, with the mistake beside its field. */
export function createActions(desk: ModelsDesk): NonNullable<Page['actions']> {
  const { virtual, lists, provided, editing, find } = desk

  /** After a write: htmx gets the parts that changed, a plain browser the whole page. */
  async function changed(form: Form, request: PageRequest, message: string): Promise<ActionResult> {
    if (text(form, 'via') !== 'htmx') return { go: '/dashboard/models' }
    const data = await desk.load(name => text(form, name))
    return { markup: <Changed data={data} request={request} message={message} /> }
  }

  return {
    async save(form, request) {
      const draft = trim(draftFrom(form))
      try {
        checkOld(draft, await virtual.views())
        const { kind, source } = await virtual.save(toInput(draft))
        return await changed(
          form,
          request,
          `${kind === 'redirect' ? 'Redirect' : 'Access policy'} “${short(source)}” is saved`,
        )
      } catch (error) {
        const mistake = mistakeOf(error, draft)
        return {
          markup: <Editor editing={await editing(draft, { mistake })} request={request} />,
          status: 422,
        }
      }
    },
    async delete(form, request) {
      const source = text(form, 'source')
      try {
        await virtual.remove(source)
        return await changed(form, request, `“${short(source)}” is deleted`)
      } catch (error) {
        const { message } = mistakeOf(error, emptyDraft)
        return {
          markup: <Deletion source={source} view={await find(source)} message={message} request={request} />,
          status: 422,
        }
      }
    },
    toggle: async (form, request) => {
      try {
        return await changed(
          form,
          request,
          await toggle(desk, text(form, 'source'), text(form, 'enabled') === 'on'),
        )
      } catch (error) {
        const { message } = mistakeOf(error, emptyDraft)
        return {
          markup: (
            <Notice tone="bad">
              “{short(text(form, 'source'))}” stays as it is. {message}
            </Notice>
          ),
          status: 422,
        }
      }
    },
    draft: async (form, request) => ({
      markup: <Editor editing={await editing(withTargets(form), { atTarget: true })} request={request} />,
    }),
    effect: async form => ({ markup: <Effects effects={(await editing(draftFrom(form))).effects} /> }),
    async suggest(form) {
      const typed = all(form, 'target')[Number(text(form, 'index'))] ?? ''
      return { markup: <Suggestions names={suggest(typed, await virtual.views(), provided())} /> }
    },
    async refresh(form, request) {
      await lists.refresh()
      const failed = lists.status().filter(({ error }) => error !== undefined).length
      return changed(
        form,
        request,
        failed === 0
          ? 'All lists are fresh'
          : `${failed} of ${lists.status().length} lists could not be refreshed`,
      )
    },
  }
}

async function toggle({ virtual, find }: ModelsDesk, source: string, isOn: boolean): Promise<string> {
  const view =
    (await find(source)) ?? refuse('not_found', `There is no virtual model “${short(source)}” any more`)
  // What it leads to does not change, so it is not asked again whether that exists.
  const { kind } = await virtual.save(toInput({ ...draftOf(view), enabled: isOn, force: true }))
  const off = kind === 'policy' ? 'off: nobody may use what it covers' : 'off'
  return `“${short(source)}” is ${isOn ? 'on' : off}`
}

/** The form as it is typed, with one target line more or less. */
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
  if (old === undefined)
    refuse('conflict', `“${name}” exists already: edit it instead, or choose another name`, {
      param: 'source',
    })
  if (seen.version !== old.version)
    refuse(
      'version_conflict',
      `“${name}” was changed by somebody else while this form was open: close it and look again`,
    )
}
