import * as v from 'valibot'

/** A few selectors, and a whole map of them as JSON. */
interface Example {
  readonly selectors: string
  readonly json: string
}

/** What operators say of models, by selector: as JSON in a variable, or as a map in the config file. */
export function bySelector<I, O>(said: v.GenericSchema<I, O>, { selectors, json }: Example) {
  const selector = v.pipe(
    v.string(),
    v.check(
      text => text !== '' && text.trim() === text,
      `expected a selector such as ${selectors}, without spaces around it`,
    ),
  )
  const overrides = v.record(selector, said)
  return v.union([
    overrides,
    v.pipe(
      v.string(),
      v.parseJson(undefined, `expected JSON such as ${json}`),
      v.check(json => !Array.isArray(json), `expected a map such as ${json}`),
      overrides,
    ),
  ])
}
