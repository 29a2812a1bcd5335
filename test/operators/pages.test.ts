import { afterAll, beforeAll, expect, test } from 'bun:test'
import { findDoors } from '../kernel/endpoints.ts'
import { startGateway, type TestGateway } from '../kit.ts'

/** What pages offer to operators who only read: nothing that the door would refuse them. */

const ENV = { CACHE_MODELS: '/', NOTIFY_URLS: 'https://hooks.slack.com/services/x' }
const THINGS = {
  '/admin/virtual-models': { source: 'smart', target_model: 'demo/parrot' },
  '/admin/rollouts/smart': { to: 'demo/storyteller' },
  '/admin/limits/alpha': { user_path: '/team', per: 'day', requests: 5 },
  '/admin/guardrails/no-cards': { find: { presets: ['credit_card'] }, action: 'block' },
  '/admin/providers/gpu': { type: 'vllm', base_url: 'http://127.0.0.1:9' },
} as const
/** Pages that show one thing, or a dialog about it; where one writes, a link leads there. */
const ABOUT_ONE = [
  '/models?edit=smart',
  '/models?new=',
  '/models?delete=smart',
  '/models/detail?name=smart',
  '/models/rollouts?start=smart',
  '/limits?edit=alpha',
  '/limits/detail?name=alpha',
  '/guardrails?edit=no-cards',
  '/providers/edit?name=gpu',
  '/providers/edit?delete=gpu',
  '/cache?purge=demo%2Fparrot',
]

let house: TestGateway
let keys: Readonly<Record<'read' | 'write', string>>
let pages: readonly string[]
/** Actions that only ask. */
let asking: ReadonlySet<string>

beforeAll(async () => {
  house = await startGateway({ env: ENV })
  for (const [path, said] of Object.entries(THINGS)) await house.admin('PUT', path, said)
  // Another version, so that there is something to put back.
  await house.admin('PUT', '/admin/limits/alpha', { ...THINGS['/admin/limits/alpha'], requests: 6 })
  const make = async (operates: string) =>
    (await house.admin('POST', '/admin/keys', { name: operates, operates })).body.key
  keys = { read: await make('read'), write: await make('write') }
  const doors = (await findDoors(ENV)).filter(({ path }) => path.startsWith('/dashboard/'))
  pages = [
    ...doors.filter(({ method }) => method === 'GET').map(({ path }) => path),
    ...ABOUT_ONE.map(path => `/dashboard${path}`),
  ]
  asking = new Set(doors.filter(({ method, asks }) => method === 'POST' && asks).map(({ path }) => path))
})
afterAll(() => house?.close())

/** What can be pressed on a page, or sends by itself, and is no question. */
async function offersAt(path: string, key: string): Promise<readonly string[]> {
  const offers: string[] = []
  /** Where the form leads that is being read; null for one that only asks by GET, and outside of forms. */
  let action: string | null = null
  let isDisabled = false
  const offer = (to: string | null) => {
    if (to !== null && !isDisabled && !asking.has(to)) offers.push(to)
  }
  const page = await house.fetch(path, { headers: { authorization: `Bearer ${key}` } })
  const reading = new HTMLRewriter()
    .on('form', {
      element(form) {
        action = form.getAttribute('method') === 'post' ? form.getAttribute('action') : null
        offer(form.getAttribute('data-stream'))
        form.onEndTag(() => {
          action = null
        })
      },
    })
    .on('fieldset[disabled]', {
      element(fieldset) {
        isDisabled = true
        fieldset.onEndTag(() => {
          isDisabled = false
        })
      },
    })
    .on('button:not([disabled]):not([type="button"])', {
      element: button => offer(button.getAttribute('formaction') ?? action),
    })
    .on('[hx-post]:not(form)', { element: element => offer(element.getAttribute('hx-post')) })
    .on('a', { element: link => offer(verbIn(link.getAttribute('href') ?? '')) })
  await reading.transform(page).text()
  return offers
}

/** What a link would do to something: `?delete`. */
const verbIn = (href: string): string | null =>
  /[?&](?:new|delete|purge|back|roll|revoke)(?==)/.exec(href)?.[0].replace('&', '?') ?? null

test('a reader is offered nothing that would be refused, on any page', async () => {
  for (const path of pages) expect([path, await offersAt(path, keys.read)]).toEqual([path, []])
})

test('who may write is offered all of it there', async () => {
  const offers = new Set((await Promise.all(pages.map(path => offersAt(path, keys.write)))).flat())
  expect([...offers].sort()).toEqual([
    '/admin/playground',
    '/dashboard/cache/purge',
    '/dashboard/guardrails/save',
    '/dashboard/guardrails/toggle',
    '/dashboard/limits/save',
    '/dashboard/limits/toggle',
    '/dashboard/models/delete',
    '/dashboard/models/refresh',
    '/dashboard/models/rollouts/finish',
    '/dashboard/models/rollouts/pause',
    '/dashboard/models/rollouts/roll-back',
    '/dashboard/models/rollouts/start',
    '/dashboard/models/save',
    '/dashboard/models/toggle',
    '/dashboard/notices/test',
    '/dashboard/playground/ask',
    '/dashboard/providers/edit/delete',
    '/dashboard/providers/edit/save',
    '/dashboard/providers/edit/test',
    '/dashboard/providers/refresh',
    '/dashboard/providers/test',
    ...['?back', '?delete', '?new', '?purge', '?revoke', '?roll'],
  ])
})
