import { wrong } from '../../../views/definition-form.tsx'
import { described, Field } from '../../../views/form.tsx'
import { QUEUE } from '../queue/words.ts'
import type { Editing } from './editing.ts'

/** What becomes of who comes while as many calls are under way as may be. */
export const Waits = ({ editing }: { editing: Editing }) => (
  <div class="only-concurrent">
    <Field
      id="f-wait"
      label="Longest wait"
      error={wrong(editing, 'wait')}
      hint="20s, 2m. Empty: refused at once."
    >
      <input
        name="wait"
        value={editing.draft.wait}
        placeholder="20s"
        autocomplete="off"
        {...described('f-wait', { error: wrong(editing, 'wait') })}
      />
    </Field>
    <Field
      id="f-queue"
      label="Most that wait"
      error={wrong(editing, 'queue')}
      hint={`Empty: ${QUEUE}. More are refused.`}
    >
      <input
        name="queue"
        value={editing.draft.queue}
        placeholder={String(QUEUE)}
        inputmode="numeric"
        autocomplete="off"
        {...described('f-queue', { error: wrong(editing, 'queue') })}
      />
    </Field>
    <Field
      id="f-first"
      label="Who goes first"
      error={wrong(editing, 'first')}
      hint="User paths, one per line. Empty: all take turns."
      class="wide"
    >
      <textarea
        class="mono"
        name="first"
        rows={1}
        spellcheck={false}
        placeholder="/team/prod"
        {...described('f-first', { error: wrong(editing, 'first') })}
      >
        {editing.draft.first}
      </textarea>
    </Field>
  </div>
)
