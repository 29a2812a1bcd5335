import type { Child } from 'hono/jsx'
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
import { Icon } from '../../../views/icon.tsx'
import { KIND } from '../model.ts'
import { Amounts } from './amounts.tsx'
import type { Editing } from './editing.ts'

/** The form for a limit: how much, for whom, of which models. */
export function Editor({ editing, request }: { editing: Editing; request: PageRequest }) {
  const { draft, effect } = editing
  const path = `${request.base}/dashboard/limits`
  return (
    <DefinitionForm
      editing={editing}
      kind={KIND}
      page={path}
      read="when it is reached"
      example="alpha-budget"
      request={request}
    >
      <Amounts editing={editing} />
      <div class="pair">
        <PathField value={draft.userPath} error={wrong(editing, 'user_path')} paths={editing.paths} />
        <ChoiceField
          id="f-each"
          name="each"
          label="Who shares it"
          hint="One allowance for all of them, or the same for each."
          options={sharings}
          value={draft.each}
          error={wrong(editing, 'each')}
        />
      </div>
      <EffectBox page={path}>
        <Effect text={effect} />
      </EffectBox>
      <ModelsField
        value={draft.models}
        error={wrong(editing, 'models')}
        hint={
          <>
            One per line: <code>provider/</code>, <code>provider/model</code>, <code>model</code>, or the name
            of a redirect. Only their calls count. Empty: every model.
          </>
        }
      >
        <Doubt page={path} />
      </ModelsField>
      <ToolsField value={draft.tools} error={wrong(editing, 'tools')}>
        <Doubt page={path} action="doubt-tools" />
      </ToolsField>
      <DescriptionField value={draft.description} error={wrong(editing, 'description')} />
      <Check
        id="f-enabled"
        name="enabled"
        checked={draft.enabled}
        label="Enabled"
        hint="Off: nothing is counted, and nobody is held back."
      />
    </DefinitionForm>
  )
}

interface ToolsFieldProps {
  readonly value: string
  readonly error: string | undefined
  readonly children: Child
}

/** Instead of models: tools of MCP servers, one per line. Closed until some are named. */
const ToolsField = ({ value, error, children }: ToolsFieldProps) => (
  <details class="asking" open={value.trim() !== '' || error !== undefined}>
    <summary>Tools instead of models</summary>
    <fieldset class="one" aria-label="Tools instead of models">
      <Field
        id="f-tools"
        label="Tools of MCP servers"
        error={error}
        hint={
          <>
            One per line: <code>server/</code>, <code>server/tool</code>, or <code>/</code> for every tool.
            Then their calls count, and those of models do not.
          </>
        }
      >
        <textarea
          class="mono"
          name="tools"
          rows={1}
          spellcheck={false}
          placeholder="search/"
          {...described('f-tools', { error })}
        >
          {value}
        </textarea>
        {children}
      </Field>
    </fieldset>
  </details>
)

export const Effect = ({ text }: { text: string | undefined }): Child =>
  text === undefined ? null : (
    <p>
      <Icon name="arrow" />
      <span>{text}</span>
    </p>
  )

const sharings = {
  all: 'All of them together',
  key: 'Each key for itself',
  user_path: 'Each user path for itself',
} as const
