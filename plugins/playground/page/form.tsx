import type { PageRequest } from '../../../src/contract/page.ts'
import { Csrf, described, Field, verbatim } from '../../../views/form.tsx'
import { KeyOptions } from '../../../views/key-options.tsx'
import { Options } from '../../../views/options.tsx'
import { languages } from '../languages.ts'
import { STREAM } from '../lines.ts'
import { type Asked, inAddress } from '../question.ts'
import type { PlaygroundData, Side } from './model.ts'

interface Props {
  readonly data: PlaygroundData
  readonly request: PageRequest
}

type Errors = Readonly<Partial<Record<keyof Asked, string>>>

/** What is asked. With a script the answers come into the page as they arrive; without one the browser sends the form. */
export function Questions({ data, request }: Props) {
  const { asked, names, paths, keys } = data
  const path = `${request.base}/dashboard/playground`
  const errors = errorsOf(data.told)
  const { mayWrite } = request.admin
  return (
    <form
      id="ask"
      class="ask"
      method="post"
      action={`${path}/ask`}
      novalidate
      data-stream={mayWrite ? request.base + STREAM : undefined}
      data-address={inAddress.join(' ')}
    >
      <Csrf admin={request.admin} />
      <div class="row">
        <ModelField
          side="model"
          label="Model"
          hint="A redirect, provider/model, or a bare name."
          {...{ asked, errors, path }}
        />
        <ModelField
          side="other"
          label="Beside it"
          hint="A second model, or nothing."
          {...{ asked, errors, path }}
        />
        <Field id="p-language" label="Language">
          <select name="language" {...described('p-language', { hint: false })}>
            {languages.map(({ id, name }) => (
              <option value={id} selected={id === asked.language}>
                {name}
              </option>
            ))}
          </select>
        </Field>
        <Field id="p-stream" label="Answer">
          <select name="stream" {...described('p-stream', { hint: false })}>
            <option value="">As a stream</option>
            <option value="off" selected={asked.stream === 'off'}>
              As a whole
            </option>
          </select>
        </Field>
      </div>
      <div class="texts">
        <Field id="p-system" label="System">
          <textarea name="system" rows={4} {...described('p-system', { hint: false })}>
            {asked.system}
          </textarea>
        </Field>
        <Field id="p-text" label="User" error={errors.text}>
          <textarea name="text" rows={4} {...described('p-text', { hint: false, error: errors.text })}>
            {asked.text}
          </textarea>
        </Field>
      </div>
      <More asked={asked} errors={errors} path={path} />
      <div class="send">
        <button id="p-send" class="primary" type="submit" disabled={!mayWrite}>
          Send
        </button>
        <button id="p-stop" type="button" data-stop="" hidden>
          Stop
        </button>
        {mayWrite ? (
          <p class="hint scripted">
            <kbd>Ctrl</kbd> <kbd>Enter</kbd> sends
          </p>
        ) : (
          <p class="hint">Calls cost money, so they are not for operators who only read.</p>
        )}
      </div>
      <datalist id="p-names">
        <Options values={names} />
      </datalist>
      <datalist id="p-keys">
        <KeyOptions keys={keys} />
      </datalist>
      <datalist id="p-paths">
        <Options values={paths} />
      </datalist>
    </form>
  )
}

/** A mistake in the model of a panel belongs to the field that names it; all others are the same in both. */
function errorsOf(told: PlaygroundData['told']): Errors {
  const entries = Object.entries(told).flatMap(([side, { mistake }]) =>
    mistake === undefined ? [] : [[mistake.field === 'model' ? side : mistake.field, mistake.message]],
  )
  return Object.fromEntries(entries) as Errors
}

interface ModelFieldProps {
  readonly side: Side
  readonly label: string
  readonly hint: string
  readonly asked: Asked
  readonly errors: Errors
  readonly path: string
}

const ModelField = ({ side, label, hint, asked, errors, path }: ModelFieldProps) => (
  <Field id={`p-${side}`} label={label} hint={hint} error={errors[side]}>
    <input
      class="mono"
      name={side}
      value={asked[side]}
      list="p-names"
      maxlength={1000}
      {...verbatim}
      {...(side === 'model' && { 'data-shortcut': '/' })}
      hx-get={`${path}/suggest`}
      hx-trigger="input changed delay:150ms"
      hx-target="#p-names"
      hx-swap="innerHTML"
      hx-sync="this:replace"
      {...described(`p-${side}`, { error: errors[side] })}
    />
  </Field>
)

/** What is needed less often; open where something of it is set. */
function More({ asked, errors, path }: { asked: Asked; errors: Errors; path: string }) {
  const isSet = [asked.user_path, asked.key, asked.more].some(text => text !== '')
  return (
    <details class="rarely" open={isSet}>
      <summary>As another caller, with other fields</summary>
      <div class="row">
        <Field id="p-path" label="User path" error={errors.user_path} hint="On whose behalf. Empty is “/”.">
          <input
            class="mono"
            name="user_path"
            value={asked.user_path}
            placeholder="/team/alpha"
            list="p-paths"
            maxlength={1000}
            {...verbatim}
            {...described('p-path', { error: errors.user_path })}
          />
        </Field>
        <Field
          id="p-key"
          label="Key"
          error={errors.key}
          hint="Of the caller: found by its name, too. Empty: none, as with a token; it is recorded as yours."
        >
          <input
            class="mono"
            name="key"
            value={asked.key}
            placeholder="key_…"
            list="p-keys"
            maxlength={200}
            {...verbatim}
            hx-get={`${path}/keys`}
            hx-trigger="input changed delay:150ms"
            hx-target="#p-keys"
            hx-swap="innerHTML"
            hx-sync="this:replace"
            {...described('p-key', { error: errors.key })}
          />
        </Field>
        <Field
          id="p-more"
          label="More fields"
          error={errors.more}
          hint="JSON that goes into the body as it is: parameters, tools, a whole conversation."
        >
          <textarea
            class="mono"
            name="more"
            rows={1}
            placeholder='{"temperature": 0}'
            {...verbatim}
            {...described('p-more', { error: errors.more })}
          >
            {asked.more}
          </textarea>
        </Field>
      </div>
    </details>
  )
}
