import type { Passage, PassageCall } from '../../src/contract/passage.ts'
import type { Host } from '../../src/contract/plugin.ts'
import type { Provider } from '../../src/contract/provider.ts'
import { Refusal } from '../../src/errors.ts'
import { isOperator, type Scoped } from '../../src/exchange.ts'
import type { Answer } from '../../src/types.ts'
import type { Access } from '../access/model.ts'
import { isId } from './book.ts'
import { chooseProvider, heeds, languageOf, namedBy, spokenBy } from './choose.ts'
import { objectIn } from './lists.ts'
import type { FileDesk, Language, Thing } from './model.ts'
import { passUpload, readUpload } from './upload.ts'

const PATH = '/v1/files'

/** For the API document. */
const answer = {
  id: 'file-1',
  object: 'file',
  bytes: 5,
  created_at: 1_764_547_200,
  filename: 'notes.txt',
  purpose: 'user_data',
}

/** `/v1/files`, in the language of whoever calls. */
export function createPassages(
  host: Pick<Host, 'log' | 'providers' | 'dialect'>,
  desk: FileDesk,
  access: Access,
): readonly Passage[] {
  const { list, upload, look, remove, content } = createActs(host, desk, access)
  const shared = {
    name: 'files',
    tag: 'Files',
    heeds,
    idHeader: 'request-id',
    refusal: (refusal, request, id) =>
      spokenBy(request) === 'anthropic'
        ? host.dialect('anthropic-messages')?.refusal?.(refusal, request, id)
        : undefined,
  } as const satisfies Partial<Passage>
  const one = `${PATH}/:id`
  return [
    {
      ...shared,
      methods: ['POST'],
      path: PATH,
      about: 'Keeps a file at a provider',
      takes: 'form',
      example: {
        body: { purpose: 'user_data' },
        fields: { purpose: 'What for: `user_data`, `batch` and others that the provider knows' },
        files: { file: 'The file' },
        answer,
      },
      run: upload,
    },
    {
      ...shared,
      methods: ['GET'],
      path: PATH,
      about: 'The files of the caller, and of those below it',
      run: list,
    },
    {
      ...shared,
      methods: ['GET'],
      path: one,
      about: 'What is known of a file',
      example: { answer },
      run: look,
    },
    { ...shared, methods: ['DELETE'], path: one, about: 'Deletes a file', run: remove },
    { ...shared, methods: ['GET'], path: `${one}/content`, about: 'The content of a file', run: content },
  ]
}

/** What callers may do with files. */
function createActs({ log, providers }: Pick<Host, 'log' | 'providers'>, desk: FileDesk, access: Access) {
  const { book } = desk

  /** Where nothing may be told of closed providers, they are not there. */
  function providersFor(x: Scoped): ReadonlyMap<string, Provider> {
    if (!access.isHiding || isOperator(x)) return providers()
    const isOpen = (provider: string) => access.closed({ provider, model: '', via: [] }, x) === undefined
    return new Map([...providers()].filter(([name]) => isOpen(name)))
  }

  /** The language of a file, where a caller that does not tell has only one of them. */
  const languageIn = ({ request, x }: PassageCall): Language => {
    const provider = providersFor(x).get(namedBy(request) ?? '')
    return provider === undefined ? spokenBy(request) : languageOf(provider)
  }

  const find = (call: PassageCall): Promise<Thing> =>
    desk.find(call, { kind: 'file', language: languageIn(call) })

  const forward = (call: PassageCall, thing: Thing, tail = ''): Promise<Answer> =>
    call.forward({
      ...desk.aimAt(thing),
      path: `/files/${encodeURIComponent(thing.id)}${tail}`,
      query: queryOf(call.request),
    })

  async function upload(call: PassageCall): Promise<Answer> {
    const { request, x } = call
    const choose = (named: string | undefined) => chooseProvider(providersFor(x), named, spokenBy(request))
    const isPlain = languageIn(call) === 'anthropic'
    const { provider, models, to, sent } = isPlain
      ? passUpload(call, choose(namedBy(request)))
      : await readUpload(call, {
          named: form => namedBy(request, form),
          choose,
          gate: named => desk.gate(x, named),
        })
    const answer = await call.forward({ ...to, path: '/files', query: queryOf(request), ...sent })
    const object = objectIn(answer)
    if (object === undefined || !isId(object.id)) {
      log.warn('A provider took a file without telling its id', { provider: provider.name })
      return answer
    }
    const language = languageOf(provider)
    await book.add({
      kind: 'file',
      language,
      provider: provider.name,
      id: object.id,
      owner: x.userPath,
      models,
      object,
    })
    return answer
  }

  async function look(call: PassageCall): Promise<Answer> {
    const thing = await find(call)
    const answer = await forgetting(book, thing, () => forward(call, thing))
    const object = objectIn(answer)
    if (object !== undefined) await book.update(thing, object)
    return answer
  }

  async function remove(call: PassageCall): Promise<Answer> {
    const thing = await find(call)
    const answer = await forgetting(book, thing, () => forward(call, thing))
    await book.remove(thing)
    return answer
  }

  return {
    upload,
    list: (call: PassageCall) => desk.list(call, { kind: 'file', language: languageIn(call) }),
    look,
    remove,
    content: async (call: PassageCall) => forward(call, await find(call), '/content'),
  }
}

/** What the provider no longer has is no longer known here either. */
async function forgetting<T>({ remove }: FileDesk['book'], thing: Thing, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) await remove(thing)
    throw error
  }
}

/** The query without what is for the gateway. */
function queryOf(request: Request): string {
  const { searchParams } = new URL(request.url)
  searchParams.delete('provider')
  return searchParams.size === 0 ? '' : `?${searchParams}`
}
