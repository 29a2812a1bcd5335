import type { Dialect } from '../../src/contract/dialect.ts'
import { type Aim, isBody, type Passage } from '../../src/contract/passage.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import type { Provider } from '../../src/contract/provider.ts'
import { refuse } from '../../src/errors.ts'
import { isOperator, type Scoped } from '../../src/exchange.ts'
import { type Body, splice } from '../../src/request/body.ts'
import { refuseUnrouted } from '../../src/request/route.ts'
import type { Access } from '../access/model.ts'
import type { FileDesk } from '../files/model.ts'
import type { ModelLists, ProviderStatus } from '../model-lists/model.ts'
import { belowBase, namesIn, readAddress, readingOf } from './address.ts'
import { readIn } from './body.ts'
import { checkBody, checkPath } from './kept.ts'
import { dialectAt, placeOf, readingAt } from './lenses.ts'
import { isModelList, modelReadAt, withoutClosed } from './lists.ts'
import { modelOf } from './models.ts'

export default definePlugin({
  name: 'passthrough',
  about:
    "Passes calls on to a provider in its own language, at /p/PROVIDER, with the gateway's access and records.",
  needs: ['model-lists', 'files', 'access'],
  setup({ providers, dialects, dialect, site, use }) {
    const lists = use<ModelLists>('model-lists')
    const files = use<FileDesk>('files')
    const access = use<Access>('access')
    const mark = `${site.base}/p/`
    let known: readonly Dialect[] | undefined
    const all = () => {
      known ??= dialects()
        .map(name => dialect(name)!)
        .filter(({ talk }) => talk === undefined)
      return known
    }

    /**
     * Names that the operator has ruled out, or that differ from a known one in nothing but case. In the words that
     * every unknown model gets: others would tell what the provider lists to whom it is closed.
     */
    function checkListed(provider: string, model: string, x: Scoped): void {
      const list = lists.of(provider)
      if (model === '' || list === undefined || list.has(model)) return
      // Then it is refused further on, as one of a provider that does not exist.
      if (access.isHiding && access.closed({ provider, model, via: [] }, x) !== undefined) return
      const isOnlyList = lists.status().some(({ name, ...status }) => name === provider && isLast(status))
      const lower = model.toLowerCase()
      if (isOnlyList || [...list.keys()].some(id => id.toLowerCase() === lower))
        refuseUnrouted({ asked: `${provider}/${model}`, names: [], targets: [], dropped: [] }, x.userPath)
    }

    /** To read about a model is told to whom it is open, as at `/v1/models/ID`. */
    function checkRead(provider: string, model: string, x: Scoped): void {
      const drop = access.closed({ provider, model, via: [] }, x)
      const asked = `${provider}/${model}`
      if (drop !== undefined) refuseUnrouted({ asked, names: [], targets: [], dropped: [drop] }, x.userPath)
    }

    const passage: Passage = {
      name: 'passthrough',
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      path: '/p/:provider/*',
      rest: 'path',
      about: 'Whatever a provider offers, in its own language',
      tag: 'Passthrough',
      takes: 'any',
      /** Clients of a language that we know get its errors. */
      refusal: (refusal, request, id) =>
        dialectAt(new URL(request.url).pathname, all())?.refusal?.(refusal, request, id),
      async run(call) {
        const { request, x, forward } = call
        if (request.headers.has('upgrade')) refuse('unsupported_operation', NO_SOCKETS, { status: 426 })
        const { provider: name, path: asked, query } = readAddress(request.url, mark)
        const isFree = isOperator(x)
        const provider = providers().get(name)
        // Where providers are hidden, one that does not exist goes the same way, and is refused in the same place.
        if (provider === undefined && (isFree || !access.isHiding)) refuse('not_found', noProvider(name))
        const path = pathAt(provider, asked, all())
        const reading = readingOf(path)
        if (!isFree) checkPath(request.method, reading)
        const spoken = request.method === 'POST' ? dialectAt(reading, all()) : undefined
        const isFiles = FILES.test(reading + query)
        const { body, headers, said = [] } = await readIn(call, { dialect: spoken, isFree, isFiles })
        if (!isFree) await files.checkNamed([...said, ...(isFiles ? namesIn(path, query) : [])], x)
        const parsed = isBody(body) ? body : undefined
        if (!isFree && parsed) checkBody(reading, parsed, files)
        const model = modelOf({ reading, query, body: parsed })
        checkListed(name, model, x)
        const readAbout = modelReadAt(request.method, reading)
        if (readAbout !== undefined) checkRead(name, readAbout, x)
        const read = readingAt(reading, spoken)
        const aim: Aim = {
          provider: name,
          model,
          path,
          query,
          ...(headers && { headers }),
          ...(body !== undefined && { body }),
          ...askForUsage(parsed, spoken, provider),
          ...(read && { lens: read.lens }),
        }
        const answer = await forward(aim)
        if (isFree || !isModelList(request.method, reading)) return answer
        const isOpen = (model: string) => access.closed({ provider: name, model, via: [] }, x) === undefined
        return withoutClosed(answer, { isOpen, isHiding: access.isHiding })
      },
    }
    return { passages: [passage] }
  },
})

/** The operator's own list rules out nothing while that of the provider is on its way. */
const isLast = ({ state, error, tried_at }: Pick<ProviderStatus, 'state' | 'error' | 'tried_at'>): boolean =>
  state === 'configured' && (error === undefined || tried_at !== undefined)

/** Places that take or give files, whatever they are called; a query may name one too. */
const FILES = /(?<!pro)file/i
const NO_SOCKETS = 'WebSockets are not passed on: use the HTTP API of the provider'
const noProvider = (name: string) => `There is no provider "${name.slice(0, 100)}"`

function pathAt(provider: Provider | undefined, path: string, dialects: readonly Dialect[]): string {
  if (provider?.baseUrl === undefined) return path
  return belowBase(path, provider.baseUrl, place =>
    dialects.some(dialect => placeOf(dialect) === place && provider.wires.has(dialect.name)),
  )
}

/** A stream has to say what it cost. Where the provider wants to be asked, it is, and the client does not see the answer. */
function askForUsage(body: Body | undefined, dialect: Dialect | undefined, provider: Provider | undefined) {
  const isAsked = body?.form === undefined && provider?.asksUsage && provider.wires.has(dialect?.name ?? '')
  if (body === undefined || !isAsked || !dialect?.isStream(body.json)) return {}
  const change = dialect.askUsage?.(body.json)
  if (change === undefined) return {}
  const json = { ...body.json, [change.field]: change.value }
  return { body: { json, text: splice(body.text, [change]) }, hideUsage: true }
}
