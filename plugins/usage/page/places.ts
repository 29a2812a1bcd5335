import { type Asked, addressOf } from './address.ts'
import { type Span, spanAddress } from './span.ts'

/** Groups that a page leads on from. */
export type PlaceBy = 'target' | 'virtual_model' | 'path' | 'key' | 'provider'

type Choice = Readonly<Record<string, string>>

/** Where the rows and the figures behind a number are, in the time that the page shows. */
export interface Places {
  /** Calls, line by line. */
  rows(choice?: Choice): string
  /** The page of the usage. */
  usage(choice?: Choice): string
  /** A virtual model, or a model of a provider (`of=provider`). */
  model(name: string, choice?: Choice): string
}

/** @param choice filters that hold for all of the page, by the names that the log has for them */
export function placesOf(base: string, span: Span, params: URLSearchParams, choice: Choice = {}): Places {
  const time = spanAddress(span, params)
  // Without a range the log shows all there is.
  const range: Asked = span.preset === 'custom' ? time : { ...time, range: span.preset }
  return {
    rows: (more = {}) => addressOf(`${base}/dashboard/requests`, { ...range, ...choice, ...more }),
    usage: (more = {}) => addressOf(`${base}/dashboard/usage`, { ...time, ...choice, ...more }),
    model: (name, more = {}) => addressOf(`${base}/dashboard/models/detail`, { name, ...more, ...time }),
  }
}

/** What an address has to say for one group only. */
export function choiceOf(by: PlaceBy, value: string): Choice {
  if (by !== 'target') return value === '' ? { without: by } : { [by]: value }
  if (value === '') return { without: 'provider' }
  const slash = value.indexOf('/')
  return { provider: value.slice(0, slash), model: value.slice(slash + 1) }
}
