import {
  type AnyPage,
  type CallerPageRequest,
  type Entrance,
  entrances,
  isForCallers,
  type PageFor,
  type PageRequest,
  type Visitor,
} from '../contract/page.ts'
import type { Exchange, Scoped } from '../exchange.ts'
import { first, type HookTable } from '../hooks.ts'
import type { Admin, Caller } from '../types.ts'
import { originSeen } from './address.ts'
import type { Audit } from './audit.ts'
import { refuseReaders } from './readers.ts'

/** Those for whom pages are. What tells operators and callers apart is in this file, and nowhere else. */
export interface Audience<R> {
  readonly entrance: Entrance
  readonly pages: readonly PageFor<R>[]
  /** Who asks, as their pages are told; undefined where nobody has signed in. */
  know(x: Exchange): Promise<R | undefined>
  signedIn(asked: R): Admin | Visitor
  /** @throws Refusal where this one may change nothing */
  checkWrites(asked: R): void
  /** An action may have changed something; undefined where nobody was let in. */
  tell(asked: R | undefined, request: Request, route: string, status: number): void
}

interface AudienceOptions {
  readonly pages: readonly AnyPage[]
  readonly base: string
  readonly hooks: HookTable
  readonly audit: Audit
}

/** Whoever operates the gateway. All pages are for them that do not say something else. */
export const createOperators = ({ pages, base, hooks, audit }: AudienceOptions): Audience<PageRequest> => ({
  entrance: entrances.operators,
  pages: pages.filter(page => !isForCallers(page)),
  async know(x) {
    const admin = await first(hooks.administrate, x)
    return admin && { ...factsOf(x, base), admin }
  },
  signedIn: ({ admin }) => admin,
  checkWrites: ({ admin }) => refuseReaders(admin),
  tell: (asked, ...event) => audit({ admin: asked?.admin }, ...event),
})

/** Whoever calls. Nobody is asked here whether they operate as well: that is shown at the other entrance. */
export const createCallers = ({
  pages,
  base,
  hooks,
  audit,
  visit,
}: AudienceOptions & {
  readonly visit: (x: Exchange, caller: Caller) => Promise<Scoped>
}): Audience<CallerPageRequest> => ({
  entrance: entrances.callers,
  pages: pages.filter(isForCallers),
  async know(x) {
    const visitor = await first(hooks.recognize, x)
    return visitor && { ...factsOf(x, base), visitor, x: await visit(x, visitor.caller) }
  },
  signedIn: ({ visitor }) => visitor,
  // What a caller may change is for the page to say.
  checkWrites: () => {},
  tell: (asked, ...event) => audit({ caller: asked?.visitor.caller }, ...event),
})

const factsOf = ({ request }: Exchange, base: string) => ({
  url: new URL(request.url),
  base,
  origin: originSeen(request),
})
