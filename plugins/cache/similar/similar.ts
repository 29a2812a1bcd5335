import type { Dialect } from '../../../src/contract/dialect.ts'
import type { Provider } from '../../../src/contract/provider.ts'
import type { Routed } from '../../../src/exchange.ts'
import type { Body } from '../../../src/request/body.ts'
import { isSelected } from '../../../src/scope/selector.ts'
import type { JsonObject, Target } from '../../../src/types.ts'
import type { Traces } from '../../virtual-models/model.ts'
import { digestOf, keyFor, restOf } from '../key.ts'
import type { Entry, Meaning, Sharing, SimilarSettings } from '../model.ts'
import type { Shelf } from '../shelf.ts'
import type { Embed } from './embeddings.ts'

interface Options extends Pick<SimilarSettings, 'models' | 'embeddings' | 'least'> {
  readonly sharedBy: Sharing
  readonly shelf: Shelf
  readonly embed: Embed
  readonly sessionNamed: Traces['sessionNamed']
  readonly providers: () => ReadonlyMap<string, Provider>
}

/** A question that may be asked in other words. */
export interface Sought {
  readonly text: string
  /** All that its answer depends on beside its words: what is the same in one group. */
  readonly group: string
}

/** An answer to a question that means the same. */
export interface Found {
  readonly entry: Entry
  readonly score: number
}

/** Whose answer fits a question that was asked in other words. */
export interface Similar {
  /** Undefined where only the same words will do. */
  read(x: Routed): Sought | undefined
  /** Undefined where that cannot be had. */
  meaningOf(sought: Sought, x: Routed): Promise<Meaning | undefined>
  /** @param get the answer under a key, where it may be given */
  find(meaning: Meaning, get: (key: string) => Entry | undefined): Found | undefined
}

/** Who writes more than this (characters) does not ask what others ask. */
const LONGEST = 4000

export function createSimilar(options: Options): Similar {
  const { models, embeddings, least, sharedBy, shelf, embed, sessionNamed, providers } = options
  const selectors = new Set(models)
  const isMeant = (target: Target) => isSelected(selectors, target, name => providers().has(name))

  function groupOf(x: Routed & { readonly body: Body }, rest: JsonObject): string | undefined {
    const same = restOf(x.body, rest)
    if (same === undefined) return undefined
    return keyFor(x.route.targets[0]!, providers(), digestOf(x, sharedBy, `${embeddings}\n${same}`))
  }

  return {
    read(x) {
      const { endpoint, route, body } = x
      // Who names a session goes on with something: an agent with its work, as a rule.
      if (!isMeant(route.targets[0]!) || sessionNamed(x) !== undefined) return undefined
      const question = (endpoint as Dialect).question?.(body!.json)
      if (question === undefined || question.text.trim() === '' || question.text.length > LONGEST)
        return undefined
      const group = groupOf(x as Routed & { readonly body: Body }, question.rest)
      return group === undefined ? undefined : { text: question.text, group }
    },
    async meaningOf({ text, group }, x) {
      const vector = await embed(text, x)
      return vector && { group, vector }
    },
    find({ group, vector }, get) {
      const nearest = shelf.nearest(group, vector)
      if (nearest === undefined || nearest.score < least) return undefined
      const entry = get(nearest.key)
      return entry && { entry, score: nearest.score }
    },
  }
}
