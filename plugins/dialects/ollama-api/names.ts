import type { JsonObject } from '../../../src/types.ts'
import type { ModelLists } from '../../model-lists/model.ts'
import type { VirtualModelSource } from '../../virtual-models/model.ts'

/** Every model of Ollama's has a tag, and programs add this one where they miss it. */
const LATEST = ':latest'

/** As clients of this language want to read it. */
export const withTag = (name: string): string => (name.includes(':') ? name : name + LATEST)

export interface Names {
  /** The name of a model as the house has it. */
  inHouse(name: string): string
  /** A body with that name; the same object where it is that already. */
  read(body: JsonObject): JsonObject
}

interface Deps {
  readonly lists: ModelLists
  readonly virtual: VirtualModelSource
}

/** With the tag and without it is one model here, too, unless both are there. */
export function createNames({ lists, virtual }: Deps): Names {
  function isThere(name: string): boolean {
    if (virtual.isRedirect(name) || lists.providerOf(name) !== undefined) return true
    const slash = name.indexOf('/')
    return slash > 0 && lists.of(name.slice(0, slash))?.has(name.slice(slash + 1)) === true
  }
  function inHouse(name: string): string {
    if (isThere(name)) return name
    if (name.endsWith(LATEST)) return name.slice(0, -LATEST.length)
    return isThere(withTag(name)) ? withTag(name) : name
  }
  return {
    inHouse,
    read(body) {
      const { model } = body
      if (typeof model !== 'string') return body
      const name = inHouse(model)
      return name === model ? body : { ...body, model: name }
    },
  }
}
