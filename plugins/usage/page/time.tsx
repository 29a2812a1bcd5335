import { described, Field } from '../../../views/form.tsx'
import { Segments } from '../../../views/segments.tsx'
import { ZoneInput } from '../../../views/zone-input.tsx'
import { type Asked, addressOf } from './address.ts'
import { momentOf } from './clock.ts'
import { type Preset, presets, type Span, toField } from './span.ts'

interface TimeProps {
  readonly asked: Asked
  readonly path: string
  /** What is swapped when another time is chosen. */
  readonly into: string
  readonly span: Span
  /** The page can show all there is, and does so by itself. */
  readonly hasAll?: boolean
  /** Those that are offered, where not all are. */
  readonly choices?: readonly Preset[]
  readonly isAll?: boolean
}

/** The choice of a time: a few that move on with the clock, and one that is written down. */
export function Times({
  asked,
  path,
  into,
  span,
  hasAll = false,
  isAll = false,
  choices = Object.keys(presets) as Preset[],
}: TimeProps) {
  const custom = {
    range: 'custom',
    from: toField(span.period.from, span.zone),
    to: toField(span.period.to, span.zone),
  }
  const to = (name: Preset) => {
    const usual = name === '24h' && !hasAll
    return addressOf(path, asked, {
      before: '',
      after: '',
      range: usual ? '' : name,
      from: '',
      to: '',
      ...(name === 'custom' && custom),
    })
  }
  const all = {
    id: 'range-all',
    text: 'All',
    href: addressOf(path, asked, { range: '', from: '', to: '', before: '', after: '' }),
    isCurrent: isAll,
  }
  return (
    <div class="times">
      <Segments
        label="Time"
        into={into}
        segments={[
          ...(hasAll ? [all] : []),
          ...choices.map(name => ({
            id: `range-${name}`,
            text: presets[name],
            href: to(name),
            isCurrent: !isAll && span.preset === name,
          })),
        ]}
      />
      <Zone asked={asked} path={path} span={span} />
    </div>
  )
}

/** Whose clocks times go by; and, where a time of its own is chosen, from when to when. */
function Zone({ asked, path, span }: Pick<TimeProps, 'asked' | 'path' | 'span'>) {
  const isCustom = span.preset === 'custom' && asked.range === 'custom'
  const kept = Object.entries(asked).filter(
    ([name, value]) => value !== '' && !['from', 'to', 'time_zone', 'before', 'after', 'call'].includes(name),
  )
  return (
    <details class="zone" open={isCustom}>
      <summary>{span.zone}</summary>
      <form method="get" action={path}>
        {kept.map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        {isCustom && (
          <>
            <Field id="t-from" label="From">
              <input
                type="datetime-local"
                name="from"
                value={toField(span.period.from, span.zone)}
                {...described('t-from', { hint: false })}
              />
            </Field>
            <Field id="t-to" label="To">
              <input
                type="datetime-local"
                name="to"
                value={toField(span.period.to, span.zone)}
                {...described('t-to', { hint: false })}
              />
            </Field>
          </>
        )}
        <Field id="t-zone" label="Time zone">
          <ZoneInput value={span.zone} {...described('t-zone', { hint: false })} />
        </Field>
        <button type="submit">Show</button>
      </form>
    </details>
  )
}

/** What is shown, in a sentence. */
export function spanText({ period, zone, preset }: Span): string {
  const isOver = preset === 'custom' || preset === 'yesterday'
  return `${momentOf(period.from, zone)} to ${isOver ? momentOf(period.to, zone) : 'now'}, ${zone}`
}
