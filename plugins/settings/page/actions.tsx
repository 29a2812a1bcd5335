import type { ActionResult, Form, Page } from '../../../src/contract/page.ts'
import { authorOf } from '../../../src/door/author.ts'
import { text } from '../../../src/door/form.ts'
import { Refusal } from '../../../src/errors.ts'
import { Notice } from '../../../views/notice.tsx'
import type { SettingsStore } from '../store.ts'
import { editingOf } from './desk.ts'
import { draftFrom, mistakeOf, toValue } from './draft.ts'
import { Editor, Effect } from './editor.tsx'
import { readQuery, toParams } from './query.ts'

/** What the forms of the page do. Where a change holds, another gateway serves, and that one draws the page. */
export function createActions(store: SettingsStore): NonNullable<Page['actions']> {
  const changed = (form: Form, name: string): ActionResult => ({
    go: `/dashboard/settings?${toParams(
      readQuery(field => text(form, field)),
      { changed: name },
    )}`,
  })
  return {
    async save(form, request) {
      const draft = draftFrom(form)
      const { input } = store.find(draft.name)
      try {
        await store.save(
          draft.name,
          { value: toValue(draft, input) },
          {
            author: authorOf(request.admin),
            ifMatch: draft.version === undefined ? 'none' : [draft.version],
          },
        )
        return changed(form, draft.name)
      } catch (error) {
        const mistake = isMeanwhile(error) ? MEANWHILE : mistakeOf(error)
        return {
          markup: <Editor editing={editingOf(store, draft, mistake)} request={request} />,
          status: 422,
        }
      }
    },

    async reset(form, request) {
      const { name, version } = draftFrom(form)
      try {
        await store.remove(name, { author: authorOf(request.admin), ifMatch: [version ?? 0] })
        return changed(form, name)
      } catch (error) {
        const mistake = isMeanwhile(error) ? MEANWHILE : mistakeOf(error)
        return { markup: <Notice tone="bad">{mistake}</Notice>, status: 422 }
      }
    },

    effect: form => ({ markup: <Effect effect={editingOf(store, draftFrom(form)).effect} /> }),
  }
}

const MEANWHILE = 'Somebody else has changed it meanwhile: close this and look again'

const isMeanwhile = (error: unknown): boolean =>
  error instanceof Refusal && (error.code === 'version_conflict' || error.code === 'not_found')
