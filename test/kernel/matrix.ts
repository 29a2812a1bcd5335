import type { Hooks } from '../../src/contract/plugin.ts'
import { kinds } from '../../src/contract/plugin.ts'
import { addressOf, type CallerEndpoint } from './endpoints.ts'
import { type Case, cases } from './passages.ts'
import { asJson, type Sent, samples, speakerOf, strangers } from './samples.ts'
import type { Shape } from './shapes.ts'

export type Hook = keyof Hooks

/** One way to call an endpoint, and the hooks that take part in it, in the order of a request. */
export interface Variant {
  readonly title: string
  readonly endpoint: CallerEndpoint
  readonly hooks: readonly Hook[]
  readonly status: number
  readonly shape: Shape
  readonly make: Case['make']
}

/** The order in which `Hooks` documents them is the order of a request. */
export const inOrder = (hooks: Iterable<Hook>): Hook[] => {
  const chosen = new Set(hooks)
  return (Object.keys(kinds) as Hook[]).filter(hook => chosen.has(hook))
}

const always: readonly Hook[] = ['authenticate', 'scope', 'permit', 'settle']
/** Those of pages and lists, and those of conversations: test/realtime/hooks.test.ts. */
const others: readonly Hook[] = ['administrate', 'recognize', 'audit', 'list', 'spend', 'resume']
const ofModels = inOrder(Object.keys(kinds) as Hook[]).filter(hook => !others.includes(hook))
/** Each dialect, whose provider answers with bytes that nobody looks into. */
const sounds: ReadonlySet<string> = new Set(['openai-speech'])

/** Whose errors its clients read. */
const shapeOf = (dialect: string): Shape =>
  (['anthropic', 'ollama', 'google'] as const).find(shape => dialect.startsWith(`${shape}-`)) ?? 'openai'

function ofDialect(endpoint: CallerEndpoint): Variant[] {
  const { name, method } = endpoint
  // A WebSocket is opened, which needs a server that listens: test/realtime/hooks.test.ts.
  if (method === 'GET') return []
  const sample = samples[name]
  if (sample === undefined) throw new Error(`Write a sample request for dialect "${name}"`)
  const stranger = strangers[name]
  return [speakerOf(name), ...(stranger === undefined ? [] : [stranger])].flatMap((provider, at) =>
    (sample.stream ? [false, true] : [false]).map(stream => ({
      title: `${name}${at > 0 ? ' (translated)' : ''}${stream ? ' (stream)' : ''}`,
      endpoint,
      hooks: ofModels.filter(hook => hook !== 'head' || stream || !sounds.has(name)),
      status: 200,
      shape: shapeOf(name),
      // A redirect to two models of this provider.
      make: () => sample.make(`two-of-${provider}`, stream),
    })),
  )
}

function ofPassage(endpoint: CallerEndpoint): Variant[] {
  const address = addressOf(endpoint)
  const all = cases[address]
  if (all === undefined) throw new Error(`Write a sample request for the passage "${address}"`)
  return all.map(({ title, hooks, make, status = 200, shape = 'openai' }) => ({
    title: title === undefined ? address : `${address} (${title})`,
    endpoint,
    hooks: inOrder([...always, ...hooks]),
    status,
    shape,
    make,
  }))
}

/** What routes are told that take something: of a call that is not written down yet, so that it waits. */
const told: Readonly<Record<string, () => Sent>> = {
  'POST /v1/feedback': () => asJson({ request_id: Bun.randomUUIDv7(), score: 1 }),
  'POST /v1/keys': () => asJson({ name: 'Made' }),
  'POST /v1/keys/:id/roll': () => asJson({}),
  'POST /api/show': () => asJson({ model: 'openai/one' }),
}

/** For holders of keys that make keys, and refused to all others: test/keys. */
const isForMakers = ({ path }: CallerEndpoint): boolean => path.startsWith('/v1/keys')

/** Who asks for what a gateway does not do is told so. */
const isManaging = ({ path }: CallerEndpoint): boolean =>
  /^\/api\/(?:push|pull|create|copy|delete|blobs)\b/.test(path)

const refusedWith = (endpoint: CallerEndpoint): number | undefined =>
  isForMakers(endpoint) ? 403 : isManaging(endpoint) ? 400 : undefined
const LISTS = /^\/v1\w*\/models|^\/api\/(?:tags|show)$/

const shapeAt = (path: string): Shape =>
  path.startsWith('/api/') ? 'ollama' : path.startsWith('/v1/') ? 'openai' : 'google'

/** Lists of models are made by asking for the route of each, on a dry run. */
const ofRoute = (endpoint: CallerEndpoint): Variant => ({
  title: addressOf(endpoint),
  endpoint,
  hooks: inOrder([
    ...always,
    ...(refusedWith(endpoint) === undefined ? (['tap', 'head'] as const) : []),
    ...(LISTS.test(endpoint.path) ? (['list'] as const) : []),
  ]),
  status: refusedWith(endpoint) ?? 200,
  shape: shapeAt(endpoint.path),
  make: () => ({ path: endpoint.path.replace('*', 'openai/one'), ...told[addressOf(endpoint)]?.() }),
})

/** Every endpoint, streamed too where there are streams, and in each language that its provider may speak. */
export const variantsOf = (endpoints: readonly CallerEndpoint[]): readonly Variant[] =>
  endpoints.flatMap(endpoint =>
    endpoint.kind === 'dialect'
      ? ofDialect(endpoint)
      : endpoint.kind === 'passage'
        ? ofPassage(endpoint)
        : [ofRoute(endpoint)],
  )
