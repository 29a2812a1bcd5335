import type { ActionResult, AnyPage, Form, Markup, PageFor, Shell, Visitor } from '../contract/page.ts'
import { Refusal, refuse, toRefusal } from '../errors.ts'
import { type Connection, Exchange, type Scoped } from '../exchange.ts'
import { type HookTable, inName } from '../hooks.ts'
import { readCapped } from '../request/body.ts'
import type { Admin, Awaitable, Caller } from '../types.ts'
import { type Audience, createCallers, createOperators } from './audience.ts'
import type { Audit } from './audit.ts'
import { isQuestion } from './readers.ts'

export interface PagesOptions extends DrawingOptions {
  readonly pages: readonly AnyPage[]
  readonly hooks: HookTable
  readonly audit: Audit
  /** A caller looks at a page: path and permission are those of its calls. */
  readonly visit: (x: Exchange, caller: Caller) => Promise<Scoped>
}

interface DrawingOptions {
  readonly shell: Shell
  /** Names of scripts and styles → their addresses. */
  readonly assets: Readonly<Record<string, string>>
  readonly base: string
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

/** The routes of all pages: those for operators, and, where somebody lets callers in, those for callers. */
export function createPages(options: PagesOptions): PageRoute[] {
  const operators = createRoutesFor(createOperators(options), options)
  return options.hooks.recognize === undefined
    ? operators
    : [...operators, ...createRoutesFor(createCallers(options), options)]
}

/** The pages of one audience: signed in, checked against forgery, drawn in the shell. */
function createRoutesFor<R>(audience: Audience<R>, options: DrawingOptions): PageRoute[] {
  const { shell, assets, base, fail, ownerOf, connectionOf, enter, leave } = options
  const { entrance, pages } = audience
  const nav = pages
    .flatMap(({ path, title, nav }) => (nav ? [{ href: base + entrance.at + path, title, ...nav }] : []))
    .sort((a, b) => a.order - b.order)
  const navFor = (asked: R | undefined) =>
    nav.filter(({ isFor }) => isFor === undefined || (asked !== undefined && isFor(asked)))
  const frame = { base, entrance, assets }

  /** Signed in, or sent to the sign-in page; `isWithin` a page lie its forms and parts, which are no places to come back to. */
  async function admit(x: Exchange, isWithin: boolean): Promise<{ readonly asked: R } | Response> {
    const { request } = x
    const asked = await audience.know(x)
    if (asked !== undefined) return { asked }
    // Whoever is sent away from a page in which they type loses what they typed.
    if (isWithin && request.headers.has('hx-request'))
      refuse('invalid_api_key', 'Your session has ended: sign in and try again')
    const url = new URL(request.url)
    const place = isWithin ? placeOf(request) : url.pathname + url.search
    return goTo(request, `${base + entrance.signIn}?next=${encodeURIComponent(place)}`)
  }

  async function run(x: Exchange, isWithin: boolean, make: (asked: R) => Promise<Response>) {
    try {
      const admitted = await admit(x, isWithin)
      return admitted instanceof Response ? admitted : await make(admitted.asked)
    } catch (error) {
      const refusal = toRefusal(error)
      return refusal.code === 'internal_error' ? fail(error) : note(refusal)
    }
  }

  const draw = (
    { title, path }: Pick<PageFor<R>, 'title' | 'path'>,
    asked: R,
    main: Markup,
    status = 200,
  ): Response =>
    html(
      shell({ ...frame, title, path, nav: navFor(asked), signedIn: audience.signedIn(asked), main }),
      '<!doctype html>',
      status,
    )

  async function show(page: PageFor<R>, asked: R): Promise<Response> {
    const data = await page.load(asked)
    const { path, title } = page
    return draw({ path, title: page.titleOf?.(data) ?? title }, asked, page.view(data, asked))
  }

  /** A page, a part or an action of it, each at an address; what fails there is its plugin's. */
  const named = <T>(
    page: PageFor<R>,
    method: 'GET' | 'POST',
    path: string,
    run: () => Awaitable<T>,
  ): Promise<T> => inName(ownerOf(page), `${method} ${path}`, run)

  /** Where no page is, people are told so by a page; programs, and parts of pages, in plain words. */
  async function miss(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    const message = `There is nothing at ${pathname.slice(0, 200)}: ${base}/swagger lists every address`
    const refusal = new Refusal('not_found', message)
    if (request.headers.has('hx-request')) return note(refusal)
    if (!/\btext\/html\b/.test(request.headers.get('accept') ?? '')) return fail(refusal)
    const x = new Exchange(request, { name: `${entrance.at}/*` }, connectionOf(request))
    const asked = await audience.know(x).catch(() => undefined)
    const missing = shell({
      ...frame,
      title: 'Not found',
      path: '',
      nav: navFor(asked),
      signedIn: asked && audience.signedIn(asked),
      main: '',
      isMissing: true,
    })
    return html(missing, '<!doctype html>', refusal.status)
  }

  /** What an action has to say: in place for htmx, else on a page of its own. */
  const say = (page: PageFor<R>, asked: R, { headers }: Request, { markup, status }: InPlace): Response =>
    headers.has('hx-request') ? html(markup, '', status) : draw(page, asked, markup, status)

  const perform =
    (page: PageFor<R>, name: string, act: NonNullable<PageFor<R>['actions']>[string]) =>
    async (request: Request) => {
      const route = `${entrance.at}${page.path}/${name}`
      const x = new Exchange(request, { name: route }, connectionOf(request))
      const onlyAsks = isQuestion(page, name)
      let known: R | undefined
      const response = await run(x, true, async asked => {
        known = asked
        if (!onlyAsks) audience.checkWrites(asked)
        enter(x)
        const form = await readForm(request)
        checkForgery(request, audience.signedIn(asked), form)
        return named(page, 'POST', route, async () => {
          const result = await act(form, asked)
          return 'go' in result ? goTo(request, base + result.go) : say(page, asked, request, result)
        })
      })
      if (!onlyAsks) audience.tell(known, request, route, response.status)
      leave(x)
      return response
    }

  const get = (
    path: PageRoute['path'],
    isWithin: boolean,
    make: (asked: R, request: Request) => Promise<Response>,
  ): PageRoute => ({
    method: 'GET',
    path,
    run: request =>
      run(new Exchange(request, { name: path }, connectionOf(request)), isWithin, asked =>
        make(asked, request),
      ),
  })

  /** Whoever reloads what was drawn in answer to a form, or signs in again behind it, is led to its page. */
  const back = (path: PageRoute['path']): PageRoute =>
    get(path, true, async (_, request) => goTo(request, placeOf(request)))

  const routes = pages.flatMap((page): PageRoute[] => {
    const place = `${entrance.at}${page.path}` as const
    const part = (path: PageRoute['path'], make: (asked: R) => Promise<Response>): PageRoute =>
      get(path, path !== place, asked => named(page, 'GET', path, () => make(asked)))
    return [
      part(place, asked => show(page, asked)),
      ...Object.entries(page.parts ?? {}).map(([name, make]) =>
        part(`${place}/${name}`, async asked => html(await make(asked))),
      ),
      ...Object.entries(page.actions ?? {}).flatMap(([name, act]): PageRoute[] => [
        { method: 'POST', path: `${place}/${name}`, run: perform(page, name, act) },
        ...(Object.hasOwn(page.parts ?? {}, name) ? [] : [back(`${place}/${name}`)]),
      ]),
    ]
  })
  return [...routes, { method: 'GET', path: `${entrance.at}/*`, run: miss }]
}

/** The page that a form or a part belongs to, as it was, where the browser tells. */
function placeOf({ headers, url }: Request): string {
  const { pathname } = new URL(url)
  const page = pathname.slice(0, pathname.lastIndexOf('/'))
  const from = URL.parse(headers.get('referer') ?? '')
  return page + (from?.pathname === page ? from.search : '')
}

/** A write from a page comes from a page of ours: same origin, and with the token of this very session. */
function checkForgery(request: Request, { csrf }: Admin | Visitor, form: Form): void {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin') refuse('forbidden', 'The form was sent from another site')
  if (csrf !== undefined && (request.headers.get('x-csrf-token') ?? form.csrf) !== csrf) {
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
