import type { PageRequest } from '../../../src/contract/page.ts'
import {
  ChoiceField,
  DefinitionForm,
  DescriptionField,
  EffectBox,
  ModelsField,
  PathField,
  wrong,
} from '../../../views/definition-form.tsx'
import { Doubt } from '../../../views/doubt.tsx'
import { Check, described, Field } from '../../../views/form.tsx'
import { KIND } from '../model.ts'
import type { Editing } from './editing.ts'
import { EffectOf } from './effect.tsx'
import { Finds } from './finds.tsx'

/** The form for a guardrail: what to look for, where, what becomes of it, and a text to try it on. */
export function Editor({ editing, request }: { editing: Editing; request: PageRequest }) {
  const { draft } = editing
  const path = `${request.base}/dashboard/guardrails`
  return (
    <DefinitionForm
      editing={editing}
      kind={KIND}
      page={path}
      read="when they are refused"
      example="no-card-numbers"
      request={request}
    >
      <Finds editing={editing} />
      <div class="pair">
        <ChoiceField
          id="f-on"
          name="on"
          label="Where to look"
          hint="Every text of a call: messages, tools, and fields that nobody knows yet."
          options={sides}
          value={draft.on}
          error={wrong(editing, 'on')}
        />
        <ChoiceField
          id="f-action"
          name="action"
          label="What to do"
          hint="A stream is ended where it would be refused or masked: what has left cannot be taken back."
          options={actions}
          value={draft.action}
          error={wrong(editing, 'action')}
        />
      </div>
      <TryIt editing={editing} path={path} />
      <MessageField editing={editing} />
      <div class="pair">
        <PathField value={draft.userPath} error={wrong(editing, 'user_path')} paths={editing.paths} />
        <ModelsField
          value={draft.models}
          error={wrong(editing, 'models')}
          hint={
            <>
              One per line: <code>provider/</code>, <code>provider/model</code>, <code>model</code>, or a
              redirect. Empty: every model.
            </>
          }
        >
          <Doubt page={path} />
        </ModelsField>
      </div>
      <DescriptionField value={draft.description} error={wrong(editing, 'description')} />
      <Check
        id="f-unreadable"
        name="unreadable"
        checked={draft.allowsUnreadable}
        label="Let through what nobody can look into"
        hint="Otherwise uploads, and bodies and answers that are no JSON, are refused where this refuses or masks."
      />
      <Check
        id="f-enabled"
        name="enabled"
        checked={draft.enabled}
        label="Enabled"
        hint="Off: nothing is looked at."
      />
    </DefinitionForm>
  )
}

const TryIt = ({ editing: { draft, effect }, path }: { editing: Editing; path: string }) => (
  <div class="try">
    <Field id="f-sample" label="Try it" hint="Nothing of this is sent anywhere, stored or counted.">
      <textarea
        name="sample"
        rows={2}
        maxlength={20_000}
        placeholder="Type what somebody might write"
        {...described('f-sample')}
      >
        {draft.sample}
      </textarea>
    </Field>
    <EffectBox page={path}>
      <EffectOf effect={effect} />
    </EffectBox>
  </div>
)

const sides = {
  input: 'What models are told',
  output: 'What models say',
  both: 'Both',
} as const

const actions = {
  block: 'Refuse the call',
  mask: 'Mask what is found',
  report: 'Only count it',
} as const

const MessageField = ({ editing }: { editing: Editing }) => (
  <Field
    id="f-message"
    label="Message"
    error={wrong(editing, 'message')}
    hint="What callers that are refused are told beside the name of the guardrail; never what was found."
  >
    <input
      name="message"
      value={editing.draft.message}
      maxlength={500}
      placeholder="Ask security@example.com"
      autocomplete="off"
      {...described('f-message', { error: wrong(editing, 'message') })}
    />
  </Field>
)
