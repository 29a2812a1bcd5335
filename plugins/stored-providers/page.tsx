import {
  type ActionResult,
  definePage,
  type Form,
  type Page,
  type PageRequest,
} from '../../src/contract/page.ts'
import type { Host } from '../../src/contract/plugin.ts'
import type { ProviderType } from '../../src/contract/provider.ts'
import { authorOf } from '../../src/door/author.ts'
import { text } from '../../src/door/form.ts'
import { Refusal } from '../../src/errors.ts'
import { shorten } from '../../views/name.tsx'
import type { ProviderDesk } from '../model-lists/model.ts'
import type { VirtualModelSource } from '../virtual-models/model.ts'
import { checkType } from './input.ts'
import { type Choice, Choosing, findTypes } from './page/choosing.tsx'
import { type Deleting, Deletion } from './page/deletion.tsx'
import { type Draft, draftFrom, draftOf, emptyDraft, inFull, mistakeOf, toInput } from './page/draft.ts'
import type { Editing } from './page/editing.ts'
import { Complaint, Editor, Tried } from './page/editor.tsx'
import type { Shelf } from './shelf.ts'
import type { Store } from './store.ts'
import type { Try } from './trial.ts'
import { usersOf } from './users.ts'
import type { Vault } from './vault.ts'
import { stateOf } from './views-of.ts'

interface PageDeps {
  readonly host: Pick<Host, 'shelf' | 'providers'>
  readonly store: Store
  readonly shelf: Shelf
  readonly tryOut: Try
  readonly vault: Pick<Vault, 'canSeal'>
  readonly virtual: Pick<VirtualModelSource, 'current'>
  readonly now: () => number
}

type Shown =
  | { readonly kind: 'choose'; readonly choice: Choice }
  | { readonly kind: 'edit'; readonly editing: Editing }
  | { readonly kind: 'delete'; readonly deleting: Deleting }
  | { readonly kind: 'note'; readonly text: string }

const PLACE = '/providers/edit'

/** The page that adds, changes and deletes a provider, and what the page of all of them is told. */
export function createProviderPage(deps: PageDeps): { readonly page: Page; readonly desk: ProviderDesk } {
  const { host, store, shelf, tryOut, vault, virtual, now } = deps
  const typeOf = (name: string) => host.shelf.types().find(type => type.name === name)
  const find = (name: string) => store.list().find(stored => stored.name === name)

  const editing = (type: ProviderType, draft: Draft, more: Partial<Editing> = {}): Editing => ({
    ...{ type, draft, now: now(), canSeal: vault.canSeal },
    ...(draft.version !== undefined && {
      made: shelf.of(draft.name),
      configuredBy: shelf.declared(draft.name),
    }),
    ...more,
  })
  const deleting = (name: string): Deleting | undefined => {
    const stored = find(name)
    return stored && { stored, users: usersOf(name, virtual.current()) }
  }

  /** `?new`, `?q=WORDS`, `?new=TYPE`, `?name=NAME` or `?delete=NAME`. */
  function load({ url: { searchParams: params }, admin }: PageRequest): Shown {
    const name = params.get('name') ?? params.get('delete')
    if (name === null && !admin.mayWrite)
      return { kind: 'note', text: 'You operate as a reader: you may look, and make no providers.' }
    const wanted = params.get('new')
    const type = typeOf(wanted ?? '')
    if (type !== undefined) {
      const isTaken = (name: string) => host.providers().has(name) || find(name) !== undefined
      return { kind: 'edit', editing: editing(type, emptyDraft(type, isTaken)) }
    }
    if (name === null) {
      const q = params.get('q')?.trim() ?? ''
      return { kind: 'choose', choice: { types: findTypes(host.shelf.types(), q), q } }
    }
    const gone = deleting(name)
    if (gone === undefined) return { kind: 'note', text: whyNot(name) }
    if (params.has('delete')) return { kind: 'delete', deleting: gone }
    const own = typeOf(gone.stored.type)
    return own === undefined
      ? { kind: 'delete', deleting: gone }
      : { kind: 'edit', editing: editing(own, draftOf(gone.stored, own)) }
  }

  function whyNot(name: string): string {
    const configuredBy = shelf.declared(name)
    return configuredBy === undefined
      ? `There is no provider “${shorten(name)}” here any more.`
      : `“${shorten(name)}” is set by ${configuredBy.join(', ')}: edit it there.`
  }

  const page = definePage<Shown>({
    path: PLACE,
    title: 'Provider',
    titleOf: shown => (shown.kind === 'choose' ? 'New provider' : 'Provider'),
    load,
    view: (shown, request) => <View shown={shown} request={request} />,
    actions: {
      async save(form, request) {
        const type = checkType(text(form, 'type'), host.shelf.types())
        const draft = draftFrom(form, type)
        try {
          await store.save(draft.name, toInput(form, type), seenBy(draft, request))
          return { go: '/dashboard/providers' }
        } catch (error) {
          const mistake = mistakeOf(mended(error, draft), type)
          // In the browser that typed it, a key stays where it is.
          if (text(form, 'via') === 'htmx') return again(<Complaint mistake={mistake} />)
          return again(<Editor editing={editing(type, draft, { mistake })} request={request} />)
        }
      },
      // No question in the sense of `asks`: what is kept as a secret may go to an address that somebody has typed.
      async test(form, request) {
        const type = checkType(text(form, 'type'), host.shelf.types())
        const draft = draftFrom(form, type)
        const trial = await triedWith(draft, form, type)
        if (text(form, 'via') === 'htmx') return { markup: <Tried trial={trial} /> }
        return { markup: <Editor editing={editing(type, draft, { trial })} request={request} /> }
      },
      async delete(form, request) {
        const [name, version] = [text(form, 'name'), Number(text(form, 'version'))]
        try {
          await store.remove(name, { author: authorOf(request.admin), ifMatch: [version] })
          return { go: '/dashboard/providers' }
        } catch (error) {
          const mistake = mended(error, { version }).message
          const still = deleting(name)
          return again(
            still === undefined ? (
              <p>{whyNot(name)}</p>
            ) : (
              <Deletion deleting={{ ...still, mistake }} request={request} />
            ),
          )
        }
      },
    },
  })

  /** What cannot even be asked is told like an answer. */
  async function triedWith(draft: Draft, form: Form, type: ProviderType) {
    try {
      return await tryOut(draft.name, toInput(form, type))
    } catch (error) {
      return { ok: false, text: inFull(mistakeOf(error, type)), ms: 0 }
    }
  }

  return {
    page,
    desk: {
      newPlace: `${PLACE}?new=`,
      placeOf: name => (find(name) ? `${PLACE}?${new URLSearchParams({ name })}` : undefined),
      idle: () =>
        shelf.all().flatMap(made => {
          const { name, type } = made.stored
          const state = stateOf(made, shelf)
          const why = whyIdle[state]
          if (why === undefined) return []
          return [{ name, type, why: `${made.trouble ?? why}.`, isBroken: state === 'broken' }]
        }),
    },
  }
}

const whyIdle: Readonly<Partial<Record<ReturnType<typeof stateOf>, string>>> = {
  off: 'It is switched off',
  hidden: 'The configuration has a provider of this name, which serves in its place',
  broken: 'It cannot be set up',
}

function View({ shown, request }: { shown: Shown; request: PageRequest }) {
  if (shown.kind === 'choose') return <Choosing choice={shown.choice} request={request} />
  if (shown.kind === 'edit') return <Editor editing={shown.editing} request={request} />
  if (shown.kind === 'delete') return <Deletion deleting={shown.deleting} request={request} />
  return (
    <>
      <h1>Provider</h1>
      <p>{shown.text}</p>
    </>
  )
}

const again = (markup: Extract<ActionResult, { markup: unknown }>['markup']): ActionResult => ({
  markup,
  status: 422,
})

const seenBy = ({ version }: Pick<Draft, 'version'>, { admin }: PageRequest) => ({
  author: authorOf(admin),
  ifMatch: version === undefined ? ('none' as const) : [version],
})

/** What somebody else did meanwhile, in the words of the page. */
function mended(error: unknown, { version }: Pick<Draft, 'version'>): Refusal {
  if (!(error instanceof Refusal)) throw error
  if (error.code !== 'version_conflict') return error
  return version === undefined
    ? new Refusal('conflict', 'It exists already: edit it instead, or choose another name', { param: 'name' })
    : new Refusal('version_conflict', 'Somebody else has changed it since you looked: open it again')
}
