import { definePage, type Form, type Page, type PageRequest } from '../../src/contract/page.ts'
import { KeyOptions } from '../../views/key-options.tsx'
import { Options } from '../../views/options.tsx'
import type { Suggestions } from '../explain/model.ts'
import type { Ask } from './ask.ts'
import type { Seen } from './curl.ts'
import { gather } from './lines.ts'
import type { PlaygroundData } from './page/model.ts'
import { PlaygroundView } from './page/views.tsx'
import { type Asked, readAsked } from './question.ts'

export interface PlaygroundPageDeps {
  readonly ask: Ask
  readonly suggestions: Suggestions
}

/** A browser without a script waits for the whole page: so long (milliseconds), before a connection in between gives up. */
const DEADLINE = 50_000

const EXAMPLE = 'In one sentence: why is the sky blue?'

/** A form for a call, and what comes of it: side by side for two models. */
export function createPlaygroundPage({ ask, suggestions }: PlaygroundPageDeps): Page {
  const around = (asked: Asked): PlaygroundData => ({
    asked,
    names: suggestions.names(asked.model),
    paths: suggestions.paths(),
    keys: suggestions.keys(asked.key),
    told: {},
  })
  /** What can be sent as it stands, so that the first answer is one click away. */
  const begin = (asked: Asked): PlaygroundData => {
    const [first = ''] = suggestions.names('')
    return around({ ...asked, model: asked.model || first, text: EXAMPLE })
  }
  return definePage<PlaygroundData>({
    path: '/playground',
    title: 'Playground',
    nav: { group: 'Developers', order: 40 },
    load: ({ url }) => begin(readAsked(name => url.searchParams.get(name))),
    view: (data, request) => <PlaygroundView data={data} request={request} />,
    parts: {
      keys: ({ url }) => <KeyOptions keys={suggestions.keys(url.searchParams.get('key') ?? '')} />,
      suggest: ({ url }) => {
        const typed = url.searchParams.get('model') ?? url.searchParams.get('other') ?? ''
        return <Options values={suggestions.names(typed.slice(0, 1000))} />
      },
    },
    actions: {
      async ask(form, request) {
        const asked = readAsked(name => textIn(form, name))
        const told = await askAll(ask, asked, request)
        const isWrong = Object.values(told).some(({ mistake }) => mistake !== undefined)
        return {
          markup: <PlaygroundView data={{ ...around(asked), told }} request={request} />,
          status: isWrong ? 422 : 200,
        }
      },
    },
  })
}

async function askAll(
  ask: Ask,
  asked: Asked,
  { origin, base, admin }: PageRequest,
): Promise<PlaygroundData['told']> {
  const seen: Seen = { address: origin + base, isOpen: admin.via === 'loopback' }
  const signal = AbortSignal.timeout(DEADLINE)
  const [model, other] = await Promise.all([
    gather(ask(asked, seen, signal)),
    asked.other === '' ? undefined : gather(ask({ ...asked, model: asked.other }, seen, signal)),
  ])
  return { model, ...(other !== undefined && { other }) }
}

function textIn(form: Form, name: string): string {
  const value = form[name] ?? ''
  return typeof value === 'string' ? value : (value.at(-1) ?? '')
}
