import type { Api } from '../contract/api.ts'
import type { Dialect } from '../contract/dialect.ts'
import type { AnyPage, Shell } from '../contract/page.ts'
import type { Aim, Passage } from '../contract/passage.ts'
import type { Connection, Exchange, Scoped } from '../exchange.ts'
import type { HookTable } from '../hooks.ts'
import type { Log } from '../log.ts'
import type { Answer, Awaitable, Caller } from '../types.ts'
import { createAddressCheck } from './address.ts'
import { createFail } from './refusals.ts'

/** What headers mean, by name. */
type HeaderTexts = Readonly<Record<string, string>>

export interface DoorOptions {
  readonly dialects: readonly Dialect[]
  readonly passages: readonly Passage[]
  readonly api: readonly Api[]
  readonly pages: readonly AnyPage[]
  /** Headers that plugins heed and give, for the API document. */
  readonly heeds: { readonly callers: HeaderTexts; readonly models: HeaderTexts }
  readonly tells: HeaderTexts
  /** The plugin that brought a passage, an endpoint or a page. */
  readonly ownerOf: (contributed: object) => string
  readonly shell: Shell
  readonly assets: Readonly<Record<string, string>>
  readonly hooks: HookTable
  readonly log: Log
  readonly base: string
  readonly version: string
  readonly now: () => number
  readonly bodyLimit: number
  readonly uploadLimit: number
  /** What operators do is finished before the gateway stops. */
  readonly enter: (x: Exchange) => void
  readonly leave: (x: Exchange) => void
  readonly answer: (request: Request, dialect: Dialect, connection: Connection) => Promise<Response>
  readonly serve: (
    request: Request,
    endpoint: { name: string },
    connection: Connection,
    run: (x: Scoped, forward: (aim: Aim) => Promise<Answer>) => Awaitable<Answer>,
  ) => Promise<Response>
  readonly visit: (x: Exchange, caller: Caller) => Promise<Scoped>
}

export type Door = (request: Request, connection: Connection) => Awaitable<Response>

/**
 * The door. Nearly all calls ask a model at one of a few fixed addresses: those go straight to the pipeline. What finds
 * all others is a fifth of a start, and is loaded when the first of them is asked for.
 */
export function createDoor(options: DoorOptions): Door {
  const posted = options.dialects.filter(({ talk, said }) => talk === undefined && said === undefined)
  const known = new Map(posted.map(dialect => [options.base + dialect.path, dialect]))
  const settleAddress = createAddressCheck()
  const fail = createFail(options.log)
  let routes: Door | undefined
  let loading: Promise<void> | undefined
  async function load(): Promise<void> {
    const { createRoutes } = await import('./routes.ts')
    routes = createRoutes(options)
  }
  function search(request: Request, connection: Connection): Awaitable<Response> {
    if (routes !== undefined) return routes(request, connection)
    loading ??= load()
    return loading.then(() => search(request, connection))
  }
  return (request, connection) => {
    try {
      const settled = settleAddress(request)
      const dialect = settled.method === 'POST' ? known.get(pathOf(settled.url)) : undefined
      const answer =
        dialect === undefined ? search(settled, connection) : options.answer(settled, dialect, connection)
      return answer instanceof Promise ? answer.catch(error => fail(error)) : answer
    } catch (error) {
      return fail(error)
    }
  }
}

/** What stands between the host and the query of an address that was checked. */
function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  const end = url.indexOf('?', start)
  return end < 0 ? url.slice(start) : url.slice(start, end)
}
