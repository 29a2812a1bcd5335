import type { Page } from '../../../src/contract/page.ts'
import { listed, text } from '../../../src/door/form.ts'
import { Unknown } from '../../../views/doubt.tsx'
import { toState } from '../input.ts'
import { KIND } from '../model.ts'
import type { GuardrailsDesk } from './desk.ts'
import { Deletion } from './dialogs.tsx'
import { draftFrom, mistakeOf, toInput } from './draft.ts'
import { Editor } from './editor.tsx'
import { EffectOf } from './effect.tsx'
import { Changed } from './views.tsx'

/** What the forms of the page do. */
export function createActions(desk: GuardrailsDesk): NonNullable<Page['actions']> {
  return {
    ...desk.history.forms({
      kind: KIND,
      path: '/guardrails',
      definitions: desk.store,
      draftFrom,
      toInput,
      toState,
      mistakeOf,
      off: 'off: nothing is looked at',
      editor: (draft, mistake, request) => (
        <Editor editing={desk.editing(draft, mistake)} request={request} />
      ),
      deletion: (guardrail, mistake, request) => (
        <Deletion guardrail={guardrail} mistake={mistake} request={request} />
      ),
      changed: async (form, request, notice) => (
        <Changed data={await desk.load(name => text(form, name))} request={request} notice={notice} />
      ),
    }),
    effect: form => ({ markup: <EffectOf effect={desk.editing(draftFrom(form)).effect} /> }),
    doubt: async form => ({
      markup: <Unknown models={await desk.unknownModels(listed(draftFrom(form).models))} />,
    }),
  }
}
