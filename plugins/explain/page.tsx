import { definePage, type Page } from '../../src/contract/page.ts'
import { Refusal } from '../../src/errors.ts'
import { KeyOptions } from '../../views/key-options.tsx'
import { Options } from '../../views/options.tsx'
import type { ModelLists } from '../model-lists/model.ts'
import type { Prices } from '../prices/model.ts'
import type { VirtualModelSource, VirtualModels } from '../virtual-models/model.ts'
import type { Explain } from './decide.ts'
import type { Suggestions } from './model.ts'
import type { Asked, ExplainData, Mistake } from './page/model.ts'
import { knownOf } from './page/phrases.ts'
import { ExplainView } from './page/views.tsx'

export interface ExplainPageDeps {
  readonly explain: Explain
  readonly suggestions: Suggestions
  /** What the operator calls a key that works. */
  readonly keyName: (id: string) => string | undefined
  readonly virtual: VirtualModels & VirtualModelSource
  readonly lists: ModelLists
  readonly prices: Prices
}

const LONGEST = 1000

/** A form for a question, and the decision of the request path as a trail to read. */
export function createExplainPage(deps: ExplainPageDeps): Page {
  const { virtual, lists, suggestions } = deps
  const { names, paths, keys } = suggestions
  return definePage<ExplainData>({
    path: '/explain',
    title: 'Explain',
    nav: { group: 'Insight', order: 32 },
    async load({ url }) {
      const read = (name: string) => (url.searchParams.get(name) ?? '').slice(0, LONGEST)
      const asked = { model: read('model'), userPath: read('user_path'), key: read('key') }
      const known = names('')
      return {
        asked,
        names: asked.model === '' ? known : names(asked.model),
        paths: paths(),
        keys: keys(asked.key),
        examples: examplesOf(known, virtual, lists),
        // Without a name nothing was asked yet; an empty one may come from the form.
        ...((url.searchParams.has('model') || asked.userPath + asked.key !== '') &&
          (await answer(deps, asked))),
      }
    },
    view: (data, request) => <ExplainView data={data} request={request} />,
    parts: {
      suggest: ({ url }) => (
        <Options values={names((url.searchParams.get('model') ?? '').slice(0, LONGEST))} />
      ),
      keys: ({ url }) => <KeyOptions keys={keys((url.searchParams.get('key') ?? '').slice(0, LONGEST))} />,
    },
  })
}

async function answer(
  { explain, virtual, prices, keyName }: ExplainPageDeps,
  { model, userPath, key }: Asked,
): Promise<Pick<ExplainData, 'told' | 'mistake'>> {
  try {
    const explanation = await explain({
      model,
      user_path: userPath === '' ? null : userPath,
      key_id: key.trim() === '' ? null : key.trim(),
    })
    const { all } = virtual.current()
    return {
      told: {
        explanation,
        keyName: key.trim() === '' ? undefined : keyName(key.trim()),
        find: source => all.get(source),
        known: knownOf(explanation, name => all.has(name)),
        isShadow: virtual.view(explanation.model)?.shadows === true,
        priceOf: target => prices.perMillion(target),
      },
    }
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'internal_error') throw error
    return { mistake: toMistake(error) }
  }
}

/** The page says “Key” and “User path” where the API says `key_id` and names a header. */
function toMistake({ param, message }: Refusal): Mistake {
  if (param === 'model') return { field: 'model', message: 'Name a model' }
  if (param === 'key_id') return { field: 'key', message }
  return { field: 'userPath', message: message.replace(/^Header "[^"]*": /, '') }
}

/** One of each sort, as far as there is one: the operator's own redirect, a shadow, a provider's model. */
function examplesOf(
  names: readonly string[],
  { current, view }: Pick<ExplainPageDeps['virtual'], 'current' | 'view'>,
  lists: ModelLists,
): readonly string[] {
  const own = names.filter(name => current().all.has(name))
  const shadow = own.find(name => view(name)?.shadows)
  const found = [own.find(name => name !== shadow), shadow, names.find(name => !current().all.has(name))]
  const listed = lists.status().find(({ models }) => models > 0)
  const bare = listed && [...(lists.of(listed.name)?.keys() ?? [])].at(-1)
  return [...new Set([...found, bare].filter(name => name !== undefined))]
}
