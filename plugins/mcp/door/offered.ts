import type { Tool } from '@modelcontextprotocol/client'
import type { McpServer, Offer } from '../model.ts'
import type { Review } from '../review/review.ts'
import type { Shelf } from '../servers/shelf.ts'
import { fromShared, toShared } from './names.ts'
import type { Visit } from './visit.ts'

export type Kind = 'tools' | 'prompts'
export type Item<K extends Kind> = Offer[K][number]

/** A tool or a prompt, with the server that has it. */
export interface Found<T> {
  readonly server: McpServer
  readonly item: T
}

/** What one visitor sees of all that servers offer. */
export interface Offered {
  /** What servers want models to know, and whether resources can be read. */
  about(visit: Visit): Promise<{ readonly instructions: string | undefined; readonly hasResources: boolean }>
  list<K extends Kind>(visit: Visit, kind: K): Promise<readonly Item<K>[]>
  find<K extends Kind>(visit: Visit, kind: K, name: string): Promise<Found<Item<K>> | undefined>
}

/** For a name that is not known a server is asked again, but not more often (milliseconds). */
const PAUSE = 5000

interface Options {
  readonly shelf: Shelf
  readonly review: Pick<Review, 'changeOf'>
  readonly now: () => number
}

export function createOffered({ shelf, review, now }: Options): Offered {
  const isOpen = (server: McpServer, tool: Tool): boolean =>
    server.offers(tool.name) && !(server.reviewsChanges && review.changeOf(server.name, tool) !== undefined)

  function itemsOf<K extends Kind>(server: McpServer, offer: Offer | undefined, kind: K): readonly Item<K>[] {
    const items = (offer?.[kind] ?? []) as readonly Item<K>[]
    return kind === 'tools' ? items.filter(item => isOpen(server, item as Tool)) : items
  }

  return {
    async about({ servers, isPlain }) {
      const offers = await Promise.all(
        servers.map(async server => ({ server, offer: (await shelf.known(server)).offer })),
      )
      const said = offers.flatMap(({ server: { name }, offer }) =>
        offer?.instructions === undefined
          ? []
          : [isPlain ? offer.instructions : `# ${name}\n\n${offer.instructions}`],
      )
      return {
        instructions: said.length === 0 ? undefined : said.join('\n\n'),
        hasResources: isPlain && offers[0]?.offer?.hasResources === true,
      }
    },

    async list({ servers, isPlain }, kind) {
      const lists = await Promise.all(
        servers.map(async server => {
          const items = itemsOf(server, (await shelf.known(server)).offer, kind)
          return isPlain ? items : items.map(item => ({ ...item, name: toShared(server, item.name) }))
        }),
      )
      return lists.flat()
    },

    async find(visit, kind, name) {
      const place = placeOf(visit, name)
      if (place === undefined) return undefined
      const { server, own } = place
      const look = () => itemsOf(server, shelf.of(server).offer, kind).find(item => item.name === own)
      const { askedAt = 0 } = await shelf.known(server)
      // It may be new.
      if (look() === undefined && now() - askedAt > PAUSE) await shelf.refresh(server)
      const item = look()
      return item && { server, item }
    },
  }
}

/** Whose a name is; the server need not know it. */
function placeOf({ servers, isPlain }: Visit, name: string) {
  const place = isPlain ? { server: servers[0]!.name, own: name } : fromShared(name)
  const server = servers.find(each => each.name === place?.server)
  return server && place && { server, own: place.own }
}
