import { wrong } from '../../../views/definition-form.tsx'
import { Below, Check, described, Field } from '../../../views/form.tsx'
import { type Preset, presetNames, presets } from '../presets.ts'
import type { Editing } from './editing.ts'

/** What is looked for: at least one of four. */
export const Finds = ({ editing }: { editing: Editing }) => (
  <fieldset
    class="inset finds"
    {...(wrong(editing, 'find') !== undefined && { 'aria-describedby': 'f-find-error' })}
  >
    <legend>What to look for</legend>
    <div class="presets">
      {presetNames.map((name, index) => {
        const { title, about }: Preset = presets[name]
        return (
          <Check
            id={`f-${name}`}
            name="presets"
            value={name}
            checked={editing.draft.presets.includes(name)}
            focus={index === 0 && isFirst(editing)}
            label={<span title={about}>{title}</span>}
          />
        )
      })}
    </div>
    <Lines
      editing={editing}
      of="words"
      label="Words"
      placeholder={'project phoenix\nunannounced'}
      hint="One word or phrase per line. Whole words, in any case."
    />
    <Lines
      editing={editing}
      of="patterns"
      label="Patterns"
      placeholder={'ACME-\\d{4}\n(?i)internal only'}
      hint="One regular expression per line, in the syntax of RE2: no look-around, no back-references."
    />
    {editing.checkers.length > 0 && <CheckerField editing={editing} />}
    <div class="whole">
      <Below
        id="f-find"
        error={wrong(editing, 'find')}
        hint="Tick or fill in one or more; any of it counts."
      />
    </div>
  </fieldset>
)

/** The name of one that is edited is fixed, so its form begins here; and here is where to mend one that looks for nothing. */
const isFirst = (editing: Editing): boolean =>
  wrong(editing, 'find') !== undefined ||
  (editing.draft.version !== undefined && editing.mistake === undefined)

interface LinesProps {
  readonly editing: Editing
  readonly of: 'words' | 'patterns'
  readonly label: string
  readonly placeholder: string
  readonly hint: string
}

function Lines({ editing, of, label, placeholder, hint }: LinesProps) {
  const error = wrong(editing, of)
  return (
    <Field id={`f-${of}`} label={label} error={error} hint={hint}>
      <textarea
        class={of === 'patterns' ? 'mono' : undefined}
        name={of}
        rows={2}
        spellcheck={false}
        placeholder={placeholder}
        {...described(`f-${of}`, { error })}
      >
        {editing.draft[of]}
      </textarea>
    </Field>
  )
}

const CheckerField = ({ editing }: { editing: Editing }) => (
  <Field
    id="f-checker"
    label="Checker"
    class="whole"
    error={wrong(editing, 'checker')}
    hint="A service of yours that is asked about each input. It is not asked for the text below."
  >
    <select name="checker" {...described('f-checker', { error: wrong(editing, 'checker') })}>
      <option value="">None</option>
      {editing.checkers.map(name => (
        <option value={name} selected={name === editing.draft.checker}>
          {name}
        </option>
      ))}
    </select>
  </Field>
)
