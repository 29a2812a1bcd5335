import type { Child } from 'hono/jsx'
import type { ActionResult, Form, Page, PageRequest } from '../../../src/contract/page.ts'
import { authorOf } from '../../../src/door/author.ts'
import { listed, text } from '../../../src/door/form.ts'
import { Refusal } from '../../../src/errors.ts'
import { parseUserPath } from '../../../src/scope/user-path.ts'
import type { UserPath } from '../../../src/types.ts'
import { Unknown } from '../../../views/doubt.tsx'
import { count } from '../../../views/format.ts'
import { Notice } from '../../../views/notice.tsx'
import type { Authorship } from '../../history/model.ts'
import type { Minted } from '../keys.ts'
import type { KeyRow } from '../views-of.ts'
import type { KeysDesk } from './desk.ts'
import { Gone, graces, Revoking, Rolling, Shown } from './dialogs.tsx'
import { draftFrom, mistakeOf, toKey } from './draft.ts'
import { Editor } from './editor.tsx'
import { Changed, placeOf } from './views.tsx'

type Action = (desk: KeysDesk, form: Form, request: PageRequest) => Promise<ActionResult>

/** What the forms of the page do. What is refused comes back as the same form, with the mistake beside its field. */
const actions: Readonly<Record<string, Action>> = {
  async save(desk, form, request) {
    const draft = draftFrom(form)
    const { keys, now } = desk
    let present: KeyRow | undefined
    try {
      present = draft.old && keys.get(draft.old.id)
      const key = toKey(draft, { now: now(), present })
      if (draft.old === undefined) {
        const minted = await keys.create(key, { author: authorOf(request.admin) })
        return minting(desk, { form, request, minted })
      }
      const row = await keys.replace(draft.old.id, key, seen(form, request))
      return changed(desk, { form, request, message: `“${row.name}” is saved` })
    } catch (error) {
      const maker = keys.nameOf(present?.madeBy ?? '')
      const editing = { draft, mistake: mistakeOf(stale(error)), locksOut: desk.locksOut(), maker }
      return { markup: <Editor editing={editing} request={request} />, status: 422 }
    }
  },

  async roll(desk, form, request) {
    const seconds = text(form, 'grace')
    const grace = (Object.hasOwn(graces, seconds) ? Number(seconds) : 0) * 1000
    const row = find(desk, form)
    try {
      const minted = await desk.keys.roll(text(form, 'id'), grace, seen(form, request))
      return minting(desk, { form, request, minted })
    } catch (error) {
      const { message } = mistakeOf(stale(error))
      return {
        markup: row ? (
          <Rolling row={row} mistake={message} {...placeOf(request)} />
        ) : (
          <Gone {...placeOf(request)} />
        ),
        status: 422,
      }
    }
  },

  async revoke(desk, form, request) {
    const row = find(desk, form)
    try {
      // Whatever somebody else has made of it meanwhile: who revokes a key wants it to stop.
      const by = { author: authorOf(request.admin) }
      const { id, name } = await desk.keys.revoke(text(form, 'id'), by)
      const made = text(form, 'with_made') === 'on' ? await desk.keys.revokeMade(id, by) : 0
      const more = made === 0 ? '' : `, and ${count(made, 'key')} that it has made`
      return changed(desk, { form, request, message: `“${name}” is revoked${more}` })
    } catch (error) {
      const { message } = mistakeOf(error)
      return {
        markup: row ? (
          <Revoking
            row={row}
            uses={await desk.uses.of([row.id])}
            now={desk.now()}
            made={desk.workingMade(row.id)}
            mistake={message}
            {...placeOf(request)}
          />
        ) : (
          <Gone {...placeOf(request)} />
        ),
        status: 422,
      }
    }
  },

  async doubt({ unknownModels }, form) {
    const { models, userPath } = draftFrom(form)
    return { markup: <Unknown models={await unknownModels(listed(models), toUserPath(userPath))} /> }
  },
}

export const createActions = (desk: KeysDesk): NonNullable<Page['actions']> =>
  Object.fromEntries(
    Object.entries(actions).map(([name, act]) => [
      name,
      (form: Form, request: PageRequest) => act(desk, form, request),
    ]),
  )

/** Everybody's as long as what is typed is no path. */
function toUserPath(typed: string): UserPath {
  try {
    return parseUserPath(typed) ?? '/'
  } catch {
    return '/'
  }
}

const find = ({ keys }: KeysDesk, form: Form): KeyRow | undefined =>
  keys.list().find(({ id }) => id === text(form, 'id'))

/** A person should not overwrite what they have not seen. */
const seen = (form: Form, { admin }: PageRequest): Authorship => ({
  author: authorOf(admin),
  ifMatch: [Number(text(form, 'version'))],
})

const STALE = 'It was changed by somebody else while this form was open: close it and look again'

const stale = (error: unknown): unknown =>
  error instanceof Refusal && error.code === 'version_conflict'
    ? new Refusal('version_conflict', STALE)
    : error

interface Write {
  readonly form: Form
  readonly request: PageRequest
}

/** The new key, this once: htmx gets it in the dialog and the table behind it, a plain browser on a page of its own. */
async function minting(
  desk: KeysDesk,
  { form, request, minted }: Write & { minted: Minted },
): Promise<ActionResult> {
  const shown = <Shown row={minted.row} secret={minted.key} {...placeOf(request)} />
  if (text(form, 'via') !== 'htmx') return { markup: shown }
  return inPlace(desk, { form, request, inDialog: shown })
}

async function changed(
  desk: KeysDesk,
  { form, request, message }: Write & { message: string },
): Promise<ActionResult> {
  if (text(form, 'via') !== 'htmx') return { go: '/dashboard/keys' }
  return inPlace(desk, { form, request, notice: <Notice>{message}</Notice> })
}

async function inPlace(
  desk: KeysDesk,
  { form, request, ...said }: Write & { inDialog?: Child; notice?: Child },
): Promise<ActionResult> {
  const data = await desk.load(name => text(form, name))
  return { markup: <Changed data={data} request={request} {...said} /> }
}
