import type { Hooks, Host } from '../../../src/contract/plugin.ts'
import { after } from '../../../src/hooks.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { ModelLists } from '../../model-lists/model.ts'
import type { VirtualModelSource } from '../../virtual-models/model.ts'

/** Every model of Ollama's has a tag, and programs add this one where they miss it. */
const LATEST = ':latest'

/** As clients of this language want to read it. */
export const withTag = (name: string): string => (name.includes(':') ? name : name + LATEST)

export const withoutTag = (name: string): string =>
  name.endsWith(LATEST) ? name.slice(0, -LATEST.length) : name

/**
 * A name that leads nowhere with the tag is read without it, in every language: some programs read the list in this one,
 * and then ask in OpenAI's. Not where the name goes on to a provider as it is: another one would be judged than is asked.
 * One tag is left out, and no more: a name could have as many as a body is long.
 */
export const createRoute =
  ({ decide }: Pick<Host, 'decide'>): Hooks['route'] =>
  (route, x) => {
    const bare = withoutTag(route.asked)
    if (x.aim !== undefined || route.targets.length > 0) return route
    if (bare === route.asked || bare.endsWith(LATEST)) return route
    return after(decide(bare, x), found => (found.targets.length > 0 ? found : route))
  }

interface Deps {
  readonly lists: ModelLists
  readonly virtual: VirtualModelSource
}

/** A name without a tag means that one, where nothing else is called so: the same object where nothing has to change. */
export function createRead({ lists, virtual }: Deps): (body: JsonObject) => JsonObject {
  function isThere(name: string): boolean {
    if (virtual.isRedirect(name) || lists.providerOf(name) !== undefined) return true
    const slash = name.indexOf('/')
    return slash > 0 && lists.of(name.slice(0, slash))?.has(name.slice(slash + 1)) === true
  }
  return body => {
    const { model } = body
    if (typeof model !== 'string' || isThere(model)) return body
    const tagged = withTag(model)
    return tagged !== model && isThere(tagged) ? { ...body, model: tagged } : body
  }
}
