import type { Page } from '../../../src/contract/page.ts'
import { listed, text } from '../../../src/door/form.ts'
import { Unknown } from '../../../views/doubt.tsx'
import { KIND } from '../model.ts'
import { toState } from '../rules/input.ts'
import type { LimitsDesk } from './desk.ts'
import { Deletion } from './dialogs.tsx'
import { draftFrom, mistakeOf, toInput } from './draft.ts'
import { Editor, Effect } from './editor.tsx'
import { Changed } from './views.tsx'

/** What the forms of the page do. */
export function createActions(desk: LimitsDesk): NonNullable<Page['actions']> {
  return {
    ...desk.history.forms({
      kind: KIND,
      path: '/limits',
      definitions: desk.store,
      draftFrom,
      toInput,
      toState,
      mistakeOf,
      off: 'off: it holds nobody back',
      editor: (draft, mistake, request) => (
        <Editor editing={desk.editing(draft, mistake)} request={request} />
      ),
      deletion: (limit, mistake, request) => <Deletion limit={limit} mistake={mistake} request={request} />,
      changed: async (form, request, notice) => (
        <Changed data={await desk.load(name => text(form, name))} request={request} notice={notice} />
      ),
    }),
    effect: form => ({ markup: <Effect text={desk.editing(draftFrom(form)).effect} /> }),
    doubt: async form => ({
      markup: <Unknown models={await desk.unknownModels(listed(draftFrom(form).models))} />,
    }),
    'doubt-tools': form => ({
      markup: <Unknown models={desk.unknownTools(listed(draftFrom(form).tools))} />,
    }),
  }
}
