import { Badge } from '../../../views/badge.tsx'
import { ChoiceField } from '../../../views/definition-form.tsx'
import { Icon } from '../../../views/icon.tsx'
import type { KeyRow } from '../views-of.ts'

const choices = {
  '': 'Nothing: it is for calls only',
  read: 'Look at everything, change nothing',
  write: 'Change everything',
} as const

/** What the holder of a key may do with the gateway itself, and what giving that away means. */
export const OperatesField = ({ value, error }: { value: string; error: string | undefined }) => (
  <div class="operates wide">
    <ChoiceField
      id="f-operates"
      name="operates"
      label="What its holder may do there"
      hint="They sign in here with the key. Give each person one of their own: the history calls them by its name."
      options={choices}
      value={value}
      error={error}
    />
    <p class="trouble only-read">
      <Icon name="alert" />
      <span>
        They see every caller, every model, what it cost and what was changed; not what REQUEST_LOG_BODIES
        keeps, and no comments.
      </span>
    </p>
    <p class="trouble only-write">
      <Icon name="alert" />
      <span>
        They may do all that the master key may: change models, limits and providers, make calls as anybody,
        revoke every key, and make keys such as this one.
      </span>
    </p>
  </div>
)

/** Tells a key that operates from one of a caller. */
export const OperatesBadge = ({ operates }: Pick<KeyRow, 'operates'>) =>
  operates === null ? null : (
    <Badge tone={operates === 'write' ? 'violet' : 'outline'} title={choices[operates]}>
      {operates === 'write' ? 'operator' : 'reader'}
    </Badge>
  )
