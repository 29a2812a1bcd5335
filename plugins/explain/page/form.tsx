import { described, Field, verbatim } from '../../../views/form.tsx'
import { KeyOptions } from '../../../views/key-options.tsx'
import { Options } from '../../../views/options.tsx'
import type { ExplainData, Mistake } from './model.ts'

/** The question. It stands in the address, so that an answer can be sent to somebody. */
export function Question({ data, path }: { data: ExplainData; path: string }) {
  const { asked, mistake, names, paths, keys, told } = data
  const wrong = (field: Mistake['field']) => (mistake?.field === field ? mistake.message : undefined)
  const isFirst = told === undefined && mistake === undefined
  return (
    <form
      id="question"
      class="question"
      method="get"
      action={path}
      novalidate
      hx-get={path}
      hx-target="#decision"
      hx-select="#decision"
      hx-select-oob="#question:outerHTML,#verdict:innerHTML"
      hx-swap="outerHTML"
      hx-push-url="true"
      hx-sync="this:replace"
    >
      <Field
        id="q-model"
        label="Model"
        error={wrong('model')}
        hint="A redirect, provider/model, or a bare name."
      >
        <input
          class="mono"
          name="model"
          value={asked.model}
          placeholder="smart"
          list="q-names"
          maxlength={1000}
          {...verbatim}
          data-shortcut="/"
          hx-get={`${path}/suggest`}
          hx-trigger="input changed delay:150ms"
          hx-target="#q-names"
          hx-swap="innerHTML"
          hx-sync="this:replace"
          {...described('q-model', { error: wrong('model'), focus: isFirst })}
        />
      </Field>
      <Field id="q-path" label="User path" error={wrong('userPath')} hint="On whose behalf. Empty is “/”.">
        <input
          class="mono"
          name="user_path"
          value={asked.userPath}
          placeholder="/team/alpha"
          list="q-paths"
          maxlength={1000}
          {...verbatim}
          {...described('q-path', { error: wrong('userPath') })}
        />
      </Field>
      <Field
        id="q-key"
        label="Key"
        error={wrong('key')}
        hint="Found by its name, too. Empty: none, as with a token."
      >
        <input
          class="mono"
          name="key"
          value={asked.key}
          placeholder="key_…"
          list="q-keys"
          maxlength={200}
          {...verbatim}
          hx-get={`${path}/keys`}
          hx-trigger="input changed delay:150ms"
          hx-target="#q-keys"
          hx-swap="innerHTML"
          hx-sync="this:replace"
          {...described('q-key', { error: wrong('key') })}
        />
      </Field>
      <button id="q-ask" class="primary" type="submit">
        Explain
      </button>
      <datalist id="q-names">
        <Options values={names} />
      </datalist>
      <datalist id="q-paths">
        <Options values={paths} />
      </datalist>
      <datalist id="q-keys">
        <KeyOptions keys={keys} />
      </datalist>
    </form>
  )
}
