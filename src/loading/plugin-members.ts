import * as v from 'valibot'
import type { Api } from '../contract/api.ts'
import type { Dialect, Endpoint, Lens } from '../contract/dialect.ts'
import type { Example } from '../contract/example.ts'
import type { CallerPage } from '../contract/page.ts'
import type { Passage } from '../contract/passage.ts'
import { type Hooks, kinds, type Parts, type Plugin } from '../contract/plugin.ts'
import type { Provider, ProviderType } from '../contract/provider.ts'
import type { Tick } from '../contract/ticks.ts'
import {
  bool,
  type Entries,
  fun,
  kebab,
  list,
  map,
  may,
  members,
  object,
  oneOf,
  origin,
  path,
  schema,
  segment,
  text,
  texts,
  wanted,
} from './member-schemas.ts'

/** What a plugin consists of, as schemas: `satisfies` keeps them as complete as the types. */

const endpoint = {
  name: text,
  idHeader: may(text),
  limits: may(oneOf('openai', 'anthropic')),
  refusal: may(fun),
  challenge: may(fun),
} satisfies Entries<Endpoint>

const lens = {
  usage: fun,
  failure: fun,
  isUsageOnly: fun,
  endOf: fun,
  finish: may(fun),
  isPreamble: may(fun),
  refusesComments: may(bool),
  modelAt: may(list(texts)),
} satisfies Entries<Lens>

const texted = may(map(text))
const example = members({
  body: may(object),
  fields: texted,
  files: texted,
  answer: may(object),
} satisfies Entries<Example>)

const dialect = {
  ...endpoint,
  ...lens,
  path,
  about: text,
  example: may(example),
  operation: may(text),
  takes: may(oneOf('json', 'form')),
  gives: may(oneOf('json', 'any')),
  read: may(fun),
  preset: may(fun),
  outgoing: may(fun),
  framing: may(oneOf('lines')),
  isStream: fun,
  isRepeatable: may(fun),
  question: may(fun),
  askUsage: may(fun),
  isCommon: may(fun),
  translation: may(object),
  talk: may(object),
  said: may(object),
  spelling: may(oneOf('camel')),
  refusalEvent: fun,
  forwardedHeaders: texts,
} satisfies Entries<Dialect>

const names = v.custom(value => value instanceof Set, wanted('a Set of names of dialects'))
const provider = {
  name: kebab,
  type: kebab,
  baseUrl: may(v.pipe(text, v.url('expected an address such as https://api.example.com/v1'))),
  origins: may(list(origin)),
  wires: names,
  partly: may(names),
  asksUsage: bool,
  configuredModels: may(texts),
  configuredBy: may(texts),
  fingerprint: may(text),
  standIn: may(bool),
  call: fun,
  adapt: may(fun),
  native: may(fun),
  offers: may(object),
  optionsKey: may(v.union([v.string(), v.function()], wanted('a text or a function'))),
  thinking: may(fun),
  refusesLateSystem: may(fun),
  callIds: may(fun),
  usage: may(fun),
  earlyUsage: may(fun),
  endings: may(v.any()),
  models: may(fun),
} satisfies Entries<Provider>
const providerType = {
  ...{ name: kebab, about: text, baseUrl: provider.baseUrl },
  ...{ settings: map(schema), missing: fun, create: fun },
} satisfies Entries<ProviderType>

const passage = {
  ...endpoint,
  methods: list(oneOf('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE')),
  path,
  rest: may(text),
  about: text,
  example: may(example),
  heeds: texted,
  tag: may(text),
  takes: may(oneOf('json', 'form', 'any')),
  gives: may(list(oneOf('application/json', 'text/event-stream'))),
  refusals: may(list(v.number(wanted('a number')))),
  run: fun,
} satisfies Entries<Passage>

const api = {
  name: may(text),
  idHeader: may(text),
  limits: endpoint.limits,
  refusal: may(fun),
  challenge: may(fun),
  method: oneOf('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
  path,
  rest: may(text),
  access: oneOf('admin', 'caller', 'anyone'),
  summary: text,
  description: may(text),
  tag: text,
  body: may(schema),
  query: may(schema),
  heeds: may(map(text)),
  example: may(v.unknown()),
  answer: members({
    status: may(v.number(wanted('a number'))),
    about: text,
    schema: may(schema),
    type: may(v.union([text, texts], wanted('a text or a list'))),
    headers: may(map(text)),
  } satisfies Entries<Api['answer']>),
  refusals: may(list(v.number(wanted('a number')))),
  hidden: may(bool),
  asks: may(bool),
  audited: may(bool),
  run: fun,
} satisfies Entries<Api>

const nav = { group: text, order: v.number(wanted('a number')), isFor: may(fun) } satisfies Entries<
  NonNullable<CallerPage['nav']>
>
const page = {
  for: may(oneOf('callers')),
  path,
  title: text,
  titleOf: may(fun),
  nav: may(members(nav)),
  load: fun,
  view: fun,
  actions: may(v.record(segment, fun, wanted('an object'))),
  asks: may(list(text)),
  parts: may(v.record(segment, fun, wanted('an object'))),
} satisfies Entries<CallerPage>

/** The longest time that a timer of the runtime keeps: a longer one would be over at once. */
const LONGEST = 2 ** 31 - 1
const every = `milliseconds between 1 and ${LONGEST}`

const tick = {
  every: v.pipe(v.number(wanted(every)), v.minValue(1, wanted(every)), v.maxValue(LONGEST, wanted(every))),
  run: fun,
} satisfies Entries<Tick>

const hooks = Object.fromEntries(
  Object.keys(kinds).map(hook => [hook, may(fun)]),
) as unknown as Entries<Hooks>

/** What `setup` may return. */
export const partsSchema = members({
  ...hooks,
  providers: may(list(members(provider))),
  providerTypes: may(list(members(providerType))),
  dialects: may(list(members(dialect))),
  heeds: texted,
  tells: texted,
  passages: may(list(members(passage))),
  origins: may(list(origin)),
  api: may(list(members(api))),
  pages: may(list(members(page))),
  exports: may(v.any()),
  patient: may(list(oneOf(...Object.keys(kinds)))),
  heritage: may(v.any()),
  hear: may(fun),
  figures: may(fun),
  ticks: may(list(members(tick))),
  foresee: may(fun),
  start: may(fun),
  close: may(fun),
} satisfies Entries<Parts>)

const NO_ENV = "expected { field: ['VARIABLE'] } or a function"

/** What `definePlugin` takes. */
export const pluginSchema = members({
  name: kebab,
  about: text,
  config: may(schema),
  env: may(v.union([v.function(), map(v.array(v.string()))], NO_ENV)),
  reads: may(fun),
  changeable: may(texts),
  file: may(
    members({ section: text, field: text, type: may(text), knownAs: may(texts) } satisfies Entries<
      NonNullable<Plugin['file']>
    >),
  ),
  needs: may(texts),
  tables: may(object),
  migrations: may(text),
  setup: fun,
} satisfies Entries<Plugin>)
