import type { PageRequest } from '../../../src/contract/page.ts'
import { DialogForm } from '../../../views/dialog-form.tsx'
import { described, Field, verbatim } from '../../../views/form.tsx'
import type { ModelFigures } from '../../cache/model.ts'

/** What is to be deleted, as it is typed. */
export interface Draft {
  readonly model: string
  readonly path: string
}

interface PurgingProps {
  readonly draft: Draft
  /** What is wrong with the path. */
  readonly mistake?: string
  readonly models: readonly ModelFigures[]
  readonly request: PageRequest
}

/** So many models are offered. */
const MOST = 100

/** Asks once, and says what would come of it. */
export const Purging = ({ draft, mistake, models, request }: PurgingProps) => (
  <DialogForm
    page={`${request.base}/dashboard/cache`}
    action="purge"
    isSmall
    title="Delete stored answers?"
    mistake={undefined}
    request={request}
    submit={
      <button class="danger" type="submit" autofocus={mistake === undefined && draft.model !== ''}>
        Delete
      </button>
    }
  >
    <p>
      Whoever asks the same again gets a new answer, which is paid for. Fields that are empty mean all of
      them.
    </p>
    <Field id="f-model" label="Model" hint="provider/id, provider/, or a redirect that led to it">
      <input
        name="model"
        value={draft.model}
        maxlength={512}
        list="c-model"
        placeholder="All models"
        autofocus={mistake === undefined && draft.model === ''}
        {...verbatim}
        {...described('f-model')}
      />
      <datalist id="c-model">
        {models.slice(0, MOST).map(({ model }) => (
          <option value={model} />
        ))}
      </datalist>
    </Field>
    <Field id="f-path" label="User path" hint="Its callers and those below it" error={mistake}>
      <input
        name="user_path"
        value={draft.path}
        maxlength={512}
        placeholder="All callers"
        {...verbatim}
        {...described('f-path', { error: mistake })}
      />
    </Field>
  </DialogForm>
)
