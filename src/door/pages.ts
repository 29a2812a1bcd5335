import type { ActionResult, Form, Markup, Page, PageRequest, Shell } from '../contract/page.ts'
import { Refusal, refuse, toRefusal } from '../errors.ts'
import { type Connection, Exchange } from '../exchange.ts'
import { inName } from '../hooks.ts'
import { readCapped } from '../request/body.ts'
import type { Admin, Awaitable } from '../types.ts'
import { originSeen } from './address.ts'
import type { Audit } from './audit.ts'
import { isQuestion, refuseReaders } from './readers.ts'

export interface PagesOptions {
  readonly pages: readonly Page[]
  readonly shell: Shell
  /** Names of scripts and styles → their addresses. */
  readonly assets: Readonly<Record<string, string>>
  readonly base: string
  readonly administrate: (request: Request) => Promise<Admin | undefined>
  readonly audit: Audit
  readonly fail: (error: unknown) => Response
  readonly ownerOf: (contributed: object) => string
  readonly connectionOf: (request: Request) => Connection
  /** The gateway does not stop in the middle of an action. */
  readonly enter: (x: Exchange) => void
  readonly leave: (x: Exchange) => void
}

export interface PageRoute {
  readonly method: 'GET' | 'POST'
  readonly path: `/${string}`
  run(request: Request): Promise<Response>
}

type Action = NonNullable<Page['actions']>[string]
type InPlace = Extract<ActionResult, { readonly markup: unknown }>

const FORM_LIMIT = 1024 * 1024

/** Everything a page may do is here: markup and same-origin requests; nothing inline, nothing from elsewhere. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
} as const

/** The routes of all dashboard pages: signed in, checked against forgery, drawn in the shell. */
export function createPages({
  pages,
  shell,
  assets,
  base,
  administrate,
  audit,
  fail,
  ownerOf,
  connectionOf,
  enter,
  leave,
}: PagesOptions): PageRoute[] {
  const nav = pages
    .flatMap(({ path, title, nav }) => (nav ? [{ href: `${base}/dashboard${path}`, title, ...nav }] : []))
    .sort((a, b) => a.order - b.order)

  /** Signed in, or sent to the sign-in page; `isWithin` a page lie its forms and parts, which are no places to come back to. */
  async function admit(request: Request, isWithin: boolean): Promise<PageRequest | Response> {
    const url = new URL(request.url)
    const admin = await administrate(request)
    if (admin !== undefined) return { url, base, admin, origin: originSeen(request) }
    // Whoever is sent away from a page in which they type loses what they typed.
    if (isWithin && request.headers.has('hx-request'))
      refuse('invalid_api_key', 'Your session has ended: sign in and try again')
    const place = isWithin ? placeOf(request, url) : url.pathname + url.search
    return goTo(request, `${base}/sign-in?next=${encodeURIComponent(place)}`)
  }

  const wrap =
    (run: (page: PageRequest, request: Request) => Promise<Response>, isWithin: boolean) =>
    async (request: Request) => {
      try {
        const admitted = await admit(request, isWithin)
        return admitted instanceof Response ? admitted : await run(admitted, request)
      } catch (error) {
        const refusal = toRefusal(error)
        return refusal.code === 'internal_error' ? fail(error) : note(refusal)
      }
    }

  const draw = (
    { title, path }: Pick<Page, 'title' | 'path'>,
    { admin }: PageRequest,
    main: Markup,
    status = 200,
  ): Response => html(shell({ title, base, path, admin, nav, assets, main }), '<!doctype html>', status)

  async function show(page: Page, request: PageRequest): Promise<Response> {
    const data = await page.load(request)
    const { path, title } = page
    return draw({ path, title: page.titleOf?.(data) ?? title }, request, page.view(data, request))
  }

  /** A page, a part or an action of it, each at an address; what fails there is its plugin's. */
  const named = <T>(page: Page, method: 'GET' | 'POST', path: string, run: () => Awaitable<T>): Promise<T> =>
    inName(ownerOf(page), `${method} ${path}`, run)

  /** Where no page is, people are told so by a page; programs, and parts of pages, in plain words. */
  async function miss(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    const message = `There is nothing at ${pathname.slice(0, 200)}: ${base}/swagger lists every address`
    const refusal = new Refusal('not_found', message)
    if (request.headers.has('hx-request')) return note(refusal)
    if (!/\btext\/html\b/.test(request.headers.get('accept') ?? '')) return fail(refusal)
    const admin = await administrate(request).catch(() => undefined)
    const missing = shell({
      title: 'Not found',
      base,
      path: '',
      admin,
      nav,
      assets,
      main: '',
      isMissing: true,
    })
    return html(missing, '<!doctype html>', refusal.status)
  }

  /** What an action has to say: in place for htmx, else on a page of its own. */
  const tell = (
    page: Page,
    asked: PageRequest,
    { headers }: Request,
    { markup, status }: InPlace,
  ): Response => (headers.has('hx-request') ? html(markup, '', status) : draw(page, asked, markup, status))

  const perform = (page: Page, name: string, act: Action) => async (request: Request) => {
    const route = `/dashboard${page.path}/${name}`
    const x = new Exchange(request, { name: route }, connectionOf(request))
    const onlyAsks = isQuestion(page, name)
    let admin: Admin | undefined
    const response = await wrap(async asked => {
      admin = asked.admin
      if (!onlyAsks) refuseReaders(admin)
      enter(x)
      const form = await readForm(request)
      checkForgery(request, admin, form)
      return named(page, 'POST', route, async () => {
        const result = await act(form, asked)
        return 'go' in result ? goTo(request, base + result.go) : tell(page, asked, request, result)
      })
    }, true)(request)
    if (!onlyAsks) audit({ admin }, request, route, response.status)
    leave(x)
    return response
  }

  /** Whoever reloads what was drawn in answer to a form, or signs in again behind it, is led to its page. */
  const back = (path: PageRoute['path']): PageRoute => ({
    method: 'GET',
    path,
    run: wrap(async ({ url }, request) => goTo(request, placeOf(request, url)), true),
  })

  const routes = pages.flatMap((page): PageRoute[] => {
    const place = `/dashboard${page.path}` as const
    const get = (path: PageRoute['path'], make: (asked: PageRequest) => Promise<Response>): PageRoute => ({
      method: 'GET',
      path,
      run: wrap(asked => named(page, 'GET', path, () => make(asked)), path !== place),
    })
    return [
      get(place, asked => show(page, asked)),
      ...Object.entries(page.parts ?? {}).map(([name, part]) =>
        get(`${place}/${name}`, async asked => html(await part(asked))),
      ),
      ...Object.entries(page.actions ?? {}).flatMap(([name, act]): PageRoute[] => [
        { method: 'POST', path: `${place}/${name}`, run: perform(page, name, act) },
        ...(Object.hasOwn(page.parts ?? {}, name) ? [] : [back(`${place}/${name}`)]),
      ]),
    ]
  })
  return [...routes, { method: 'GET', path: '/dashboard/*', run: miss }]
}

/** The page that a form or a part belongs to, as it was, where the browser tells. */
function placeOf({ headers }: Request, { pathname }: URL): string {
  const page = pathname.slice(0, pathname.lastIndexOf('/'))
  const from = URL.parse(headers.get('referer') ?? '')
  return page + (from?.pathname === page ? from.search : '')
}

/** A write from the dashboard comes from the dashboard: same origin, and with the token of this very session. */
function checkForgery(request: Request, admin: Admin, form: Form): void {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin') refuse('forbidden', 'The form was sent from another site')
  if (admin.csrf !== undefined && (request.headers.get('x-csrf-token') ?? form.csrf) !== admin.csrf) {
    refuse('forbidden', 'The form is out of date: reload the page and try again')
  }
}

async function readForm(request: Request): Promise<Form> {
  const fields = new Map<string, string | string[]>()
  const text = new TextDecoder().decode(await readCapped(request, FORM_LIMIT))
  for (const [name, value] of new URLSearchParams(text)) {
    const before = fields.get(name)
    fields.set(name, before === undefined ? value : [before, value].flat())
  }
  return Object.fromEntries(fields)
}

const html = (markup: Markup, prefix = '', status = 200): Response =>
  new Response(prefix + markup.toString(), { status, headers: pageHeaders })

/** A browser follows 303; htmx is told to, because it would swap the followed page into the old one. */
const goTo = (request: Request, to: string): Response =>
  request.headers.has('hx-request')
    ? new Response(null, { status: 204, headers: { ...pageHeaders, 'hx-redirect': to } })
    : new Response(null, { status: 303, headers: { location: to } })

const note = ({ status, message }: Refusal): Response =>
  new Response(message, { status, headers: { ...pageHeaders, 'content-type': 'text/plain; charset=utf-8' } })
