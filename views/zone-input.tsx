import { type described, verbatim } from './form.tsx'
import { Options } from './options.tsx'

/** One for most hours of the day; any other may be typed. */
const zones = [
  'UTC',
  'America/Los_Angeles',
  'America/Denver',
  'America/Chicago',
  'America/New_York',
  'America/Sao_Paulo',
  'Europe/London',
  'Europe/Berlin',
  'Europe/Zurich',
  'Europe/Helsinki',
  'Europe/Istanbul',
  'Africa/Johannesburg',
  'Asia/Dubai',
  'Asia/Kolkata',
  'Asia/Singapore',
  'Asia/Shanghai',
  'Asia/Tokyo',
  'Australia/Sydney',
  'Pacific/Auckland',
]

/** A field for a time zone, with some to choose from. */
export const ZoneInput = ({ value, ...tied }: { value: string } & ReturnType<typeof described>) => (
  <>
    <input name="time_zone" value={value} list="zones" maxlength={64} {...verbatim} {...tied} />
    <datalist id="zones">
      <Options values={zones} />
    </datalist>
  </>
)
