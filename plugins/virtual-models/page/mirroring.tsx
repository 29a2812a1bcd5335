import { described, Field } from '../../../views/form.tsx'
import type { Draft, Mistake } from './draft.ts'

interface MirroringProps {
  readonly draft: Draft
  readonly mistake: Mistake | undefined
}

/** Who gets copies of the calls: rarely needed, so closed until it is set, or wrong. */
export function Mirroring({ draft: { mirror }, mistake }: MirroringProps) {
  const wrong = (field: Mistake['field']) => (mistake?.field === field ? mistake.message : undefined)
  const isWrong = mistake?.field === 'mirror' || mistake?.field === 'mirror_share'
  return (
    <details class="asking only-redirect" open={isWrong || mirror.model.trim() !== ''}>
      <summary>Mirror to another model</summary>
      <fieldset aria-label="Mirror">
        <p class="hint">
          A copy of some calls goes to this model, too, after callers have their answer. No caller sees what
          it says: you see what it costs, how fast it is and how often it fails.
        </p>
        <Field id="f-mirror" label="Mirror model" error={wrong('mirror')}>
          <input
            class="mono"
            name="mirror_model"
            value={mirror.model}
            placeholder="provider/model"
            list="known-models"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            {...described('f-mirror', { hint: false, error: wrong('mirror') })}
          />
        </Field>
        <Field
          id="f-mirror-share"
          label="Share of calls, in percent"
          error={shareMistake(wrong('mirror_share'))}
        >
          <input
            name="mirror_percent"
            value={mirror.percent}
            inputmode="decimal"
            autocomplete="off"
            {...described('f-mirror-share', { hint: false, error: shareMistake(wrong('mirror_share')) })}
          />
        </Field>
      </fieldset>
    </details>
  )
}

/** The form asks for percent, and the API for a share. */
const shareMistake = (message: string | undefined): string | undefined =>
  message && 'Write a number above 0 and up to 100'
