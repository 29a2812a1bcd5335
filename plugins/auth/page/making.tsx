import { Badge } from '../../../views/badge.tsx'
import { Check } from '../../../views/form.tsx'
import { count } from '../../../views/format.ts'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import type { KeyRow } from '../views-of.ts'

/** Keys that make others, and those that were made so. */

export const MakesKeysField = ({ checked, error }: { checked: boolean; error: string | undefined }) => (
  <div class="makes-keys wide">
    <Check
      id="f-makes-keys"
      name="makes_keys"
      checked={checked}
      label="Its holder may make keys at or below it"
      hint={error ?? 'For a team that looks after its own keys, at /v1/keys.'}
    />
    <p class="trouble">
      <Icon name="alert" />
      <span>
        Nobody asks you when they make one. Each reaches at most what this one does, but spends on its own:
        set a limit that the path shares, because one for “each key” gives each of them as much again.
      </span>
    </p>
  </div>
)

/** Above the form of a key that an operator did not make. */
export const MadeNote = ({ maker }: { maker: string }) => (
  <p class="hint">
    The holder of <Name text={maker} /> has made it, and may roll and revoke it. It reaches at most what that
    key does, whatever stands here.
  </p>
)

export const MakesKeysBadge = ({ makesKeys }: Pick<KeyRow, 'makesKeys'>) =>
  makesKeys ? (
    <Badge tone="outline" title="Its holder makes keys at or below its user path">
      makes keys
    </Badge>
  ) : null

/** Leads to the maker, and to all that it has made. */
export const MadeBy = ({ maker, base }: { maker: KeyRow | undefined; base: string }) =>
  maker === undefined ? null : (
    <p class="about">
      {'made by '}
      <Link href={`${base}/dashboard/keys?${new URLSearchParams({ q: maker.id })}`}>
        <Name text={maker.name} />
      </Link>
    </p>
  )

/** Where a key is revoked that has made others: they are not revoked unless somebody says so. */
export const AlsoMade = ({ made }: { made: number }) =>
  made === 0 ? null : (
    <Check
      id="f-with-made"
      name="with_made"
      checked={false}
      label={`Revoke also the ${count(made, 'key')} that it has made and that ${made === 1 ? 'works' : 'work'}`}
      hint="Without that they go on: services may run on them."
    />
  )
