import {
  type ActionResult,
  definePage,
  type Form,
  type Page,
  type PageRequest,
} from '../../src/contract/page.ts'
import { Refusal } from '../../src/errors.ts'
import { parseUserPath } from '../../src/scope/user-path.ts'
import type { UserPath } from '../../src/types.ts'
import { count } from '../../views/format.ts'
import { Notice } from '../../views/notice.tsx'
import { Beat, readRound } from '../../views/pulse.tsx'
import type { Cache } from '../cache/model.ts'
import type { UsageSums } from '../usage/model.ts'
import { Purging } from './page/purging.tsx'
import { type CacheData, CacheView, DAYS, Stored } from './page/views.tsx'

export interface CachePageDeps {
  readonly cache: Cache
  readonly usage: Pick<UsageSums, 'stored'>
  readonly now: () => number
  /** What the operator calls the config file. */
  readonly configFile: string | undefined
}

const DAY = 86_400_000
const MINUTE = 60_000
/** A longer name is none (characters). */
const LONGEST = 512

/** What is stored of answers, by model, and the form that deletes it. */
export function createCachePage({ cache, usage, now, configFile }: CachePageDeps): Page {
  const { everywhere } = cache
  const load = async (): Promise<CacheData> => ({
    settings: cache.settings,
    ...(await everywhere.look()),
    saved: cache.settings.models.length === 0 ? undefined : await savedIn(usage, now()),
    configFile,
  })

  async function purge(form: Form, request: PageRequest): Promise<ActionResult> {
    const draft = { model: text(form, 'model'), path: text(form, 'user_path') }
    const { path, mistake } = readPath(draft.path)
    if (mistake !== undefined)
      return {
        markup: (
          <Purging
            draft={draft}
            mistake={mistake}
            models={(await everywhere.look()).models}
            request={request}
          />
        ),
        status: 422,
      }
    const removed = await everywhere.purge({ model: draft.model || undefined, userPath: path })
    if (text(form, 'via') !== 'htmx') return { go: '/dashboard/cache' }
    return {
      markup: (
        <>
          <hx-partial hx-target="#stored" hx-swap="outerHTML">
            <Stored data={await load()} request={request} />
          </hx-partial>
          <Notice>{count(removed, 'answer')} deleted</Notice>
        </>
      ),
    }
  }

  return definePage<CacheData>({
    path: '/cache',
    title: 'Cache',
    nav: { group: 'Gateway', order: 13 },
    async load({ url }) {
      const model = url.searchParams.get('purge')
      const isAsked = model !== null && cache.settings.models.length > 0
      return { ...(await load()), ...(isAsked && { draft: { model: model.slice(0, LONGEST), path: '' } }) }
    },
    view: (data, request) => <CacheView data={data} request={request} />,
    parts: {
      async now(request) {
        const page = `${request.base}/dashboard/cache`
        const round = readRound(request.url.searchParams)
        return (
          <Beat from={`${page}/now`} page={page} round={round} into="#stored">
            <Stored data={await load()} request={request} />
          </Beat>
        )
      },
    },
    actions: { purge },
  })
}

const text = (form: Form, name: string): string =>
  String(form[name] ?? '')
    .trim()
    .slice(0, LONGEST)

/** Where usage cannot tell at the moment, the page stands without it. */
async function savedIn({ stored }: CachePageDeps['usage'], now: number): Promise<number | undefined> {
  const to = Math.ceil(now / MINUTE) * MINUTE
  try {
    return (await stored(to - DAYS * DAY, to)).saved
  } catch (error) {
    if (error instanceof Refusal && error.code !== 'internal_error') return undefined
    throw error
  }
}

function readPath(text: string): { readonly path?: UserPath | undefined; readonly mistake?: string } {
  try {
    return { path: parseUserPath(text) }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { mistake: error.message }
  }
}
