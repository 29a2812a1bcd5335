import type { Setting } from '../../../src/contract/inventory.ts'
import type { PageRequest } from '../../../src/contract/page.ts'
import { Badge } from '../../../views/badge.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Name } from '../../../views/name.tsx'
import { Acts } from './acts.tsx'
import type { Shown } from './shown.ts'
import { Source } from './source.tsx'
import { textOf } from './value.ts'
import { Ways } from './ways.tsx'

/** Longer values are cut: virtual models have a page of their own (characters). */
const LONGEST = 400

interface LineProps {
  readonly shown: Shown
  readonly file: string | undefined
  /** It was changed just now. */
  readonly isNew: boolean
  readonly request: PageRequest
}

/** A setting: its name and meaning, its value, where that comes from; opened, how to change it. */
export function Line({ shown, file, isNew, request }: LineProps) {
  const { setting, last } = shown
  const { name, about, isChanged, isSet, origin } = setting
  return (
    <li data-changed={isChanged ? '' : undefined}>
      <details class="entry" id={`setting-${name}`} open={isNew}>
        <summary autofocus={isNew}>
          <span class="what">
            <Name class="mono" text={name} />
            {about !== undefined && <span class="meaning">{sentence(about)}</span>}
          </span>
          <span class="holds">
            <Value setting={setting} />
            {(isSet || origin.kind !== 'default') && <Source origin={origin} last={last} />}
          </span>
        </summary>
        <Acts shown={shown} isNew={isNew} request={request} />
        <Ways setting={setting} file={file} />
      </details>
    </li>
  )
}

export const sentence = (about: string): string => (/[.!?*]$/.test(about) ? about : `${about}.`)

function Value({ setting }: { setting: Setting }) {
  const { value, preset, pending, isSet, isChanged, isHidden } = setting
  if (!isSet) return <span class="value none">{isChanged ? 'nothing' : 'not set'}</span>
  if (isHidden)
    return (
      <span class="value">
        <Badge tone="violet">
          <Icon name="lock" />
          set
        </Badge>
        <span class="aside">not shown</span>
      </span>
    )
  return (
    <>
      <span class="value">
        <Name class="mono" text={cut(textOf(value))} />
        {isChanged && preset !== undefined && (
          <span class="aside">
            default <Name class="mono" text={cut(textOf(preset))} />
          </span>
        )}
      </span>
      {pending !== undefined && (
        <span class="aside" data-tone="amber">
          <Name class="mono" text={textOf(pending)} /> from the next restart on
        </span>
      )}
    </>
  )
}

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)
