import { Refusal, refuse } from '../../src/errors.ts'
import { isOperator, type Scoped } from '../../src/exchange.ts'
import { isBody, type Passage, type PassageCall } from '../../src/passage.ts'
import { definePlugin } from '../../src/plugin.ts'
import type { Provider } from '../../src/provider.ts'
import type { Access } from '../access/model.ts'
import type { VirtualModelSource } from '../virtual-models/model.ts'
import { createBook, isId } from './book.ts'
import { chooseProvider, languageOf, namedBy, spokenBy } from './choose.ts'
import { checkForeign, checkNamed } from './foreign.ts'
import { createGate, placeOf } from './gate.ts'
import { answerList, objectIn } from './lists.ts'
import type { FileDesk, Kind, Language, Thing } from './model.ts'
import { referenceIn } from './references.ts'
import { providerObjects } from './schema.ts'
import { passUpload, readUpload } from './upload.ts'

const PATH = '/v1/files'

export default definePlugin({
  name: 'files',
  about: 'Keeps files at providers, and apart by owner, at /v1/files.',
  needs: ['virtual-models', 'access'],
  tables: { providerObjects },
  setup({ db, now, log, decide, providers, dialect, use }) {
    const access = use<Access>('access')
    const virtual = use<VirtualModelSource>('virtual-models')
    const isSetting = (source: string) => virtual.current().all.get(source)?.parameters !== undefined
    const book = createBook(db, now)
    const desk: FileDesk = {
      book,
      languageOf,
      placeOf,
      objectIn,
      referenceIn,
      checkNamed: (said, { userPath }) => checkNamed(said, book, userPath),
      namedBy,
      gate: (x, named) => createGate({ decide, providers, owners: book, isSetting }, x, named),
      list: (call, { kind, language }, refresh) => answerList(book, call, { kind, language, refresh }),
      find,
      aimAt: ({ provider, models }) => {
        const [named] = models ?? []
        if (named === undefined) return { provider, model: '' }
        const { asked, model } = named
        // Whoever may use the redirect that led here may have what came of it.
        const isDirect = asked === model || asked === `${provider}/${model}`
        return { provider, model, asked, ...(!isDirect && { via: [{ source: asked, index: 0 }] }) }
      },
    }

    async function find(
      { request, params, x }: PassageCall,
      { kind, language }: { kind: Kind; language: Language },
    ): Promise<Thing> {
      const { id = '' } = params
      const provider = namedBy(request)
      const query = { kind, language, userPath: x.userPath, ...(provider !== undefined && { provider }) }
      const thing = isId(id) ? await book.find({ ...query, id }) : undefined
      return thing ?? refuse('not_found', `There is no ${kind} "${id.slice(0, 100)}"`, { param: 'id' })
    }

    /** The language of a file, where a caller that does not tell has only one of them. */
    const findFile = (call: PassageCall): Promise<Thing> =>
      find(call, { kind: 'file', language: languageIn(call) })

    /** Where nothing may be told of closed providers, they are not there. */
    function providersFor(x: Scoped): ReadonlyMap<string, Provider> {
      if (!access.isHiding || isOperator(x)) return providers()
      const isOpen = (provider: string) => access.closed({ provider, model: '', via: [] }, x) === undefined
      return new Map([...providers()].filter(([name]) => isOpen(name)))
    }

    const languageIn = ({ request, x }: PassageCall): Language => {
      const provider = providersFor(x).get(namedBy(request) ?? '')
      return provider === undefined ? spokenBy(request) : languageOf(provider)
    }

    const shared = {
      name: 'files',
      tag: 'Files',
      idHeader: 'request-id',
      refusal: (refusal, request, id) =>
        spokenBy(request) === 'anthropic'
          ? dialect('anthropic-messages')?.refusal?.(refusal, request, id)
          : undefined,
    } as const satisfies Partial<Passage>

    async function upload(call: PassageCall) {
      const { request, x, forward } = call
      const choose = (named: string | undefined) => chooseProvider(providersFor(x), named, spokenBy(request))
      const isPlain = languageIn(call) === 'anthropic'
      const { provider, models, to, sent } = isPlain
        ? passUpload(call, choose(namedBy(request)))
        : await readUpload(call, {
            named: form => namedBy(request, form),
            choose,
            gate: named => desk.gate(x, named),
          })
      const answer = await forward({ ...to, path: '/files', query: queryOf(request), ...sent })
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

    const forwardFor = (call: PassageCall, thing: Thing, tail = '') =>
      call.forward({
        ...desk.aimAt(thing),
        path: `/files/${encodeURIComponent(thing.id)}${tail}`,
        query: queryOf(call.request),
      })

    const passages: readonly Passage[] = [
      {
        ...shared,
        methods: ['POST'],
        path: PATH,
        about: 'Keeps a file at a provider',
        takes: 'form',
        run: upload,
      },
      {
        ...shared,
        methods: ['GET'],
        path: PATH,
        about: 'The files of the caller, and of those below it',
        run: call => desk.list(call, { kind: 'file', language: languageIn(call) }),
      },
      {
        ...shared,
        methods: ['GET'],
        path: `${PATH}/:id`,
        about: 'What is known of a file',
        async run(call) {
          const thing = await findFile(call)
          const answer = await forgetting(book, thing, () => forwardFor(call, thing))
          const object = objectIn(answer)
          if (object !== undefined) await book.update(thing, object)
          return answer
        },
      },
      {
        ...shared,
        methods: ['DELETE'],
        path: `${PATH}/:id`,
        about: 'Deletes a file',
        async run(call) {
          const thing = await findFile(call)
          const answer = await forgetting(book, thing, () => forwardFor(call, thing))
          await book.remove(thing)
          return answer
        },
      },
      {
        ...shared,
        methods: ['GET'],
        path: `${PATH}/:id/content`,
        about: 'The content of a file',
        async run(call) {
          return forwardFor(call, await findFile(call), '/content')
        },
      },
    ]

    return {
      passages,
      exports: desk,
      guard(json, { body, userPath }) {
        const checked = isBody(body) ? checkForeign(body, book, userPath) : undefined
        return checked === undefined ? json : checked.then(() => json)
      },
    }
  },
})

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
