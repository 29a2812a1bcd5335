import type { PassageCall } from '../../src/contract/passage.ts'
import type { Host } from '../../src/contract/plugin.ts'
import { refuse } from '../../src/errors.ts'
import type { Access } from '../access/model.ts'
import type { VirtualModelSource } from '../virtual-models/model.ts'
import { isId, type Owners } from './book.ts'
import { languageOf, namedBy } from './choose.ts'
import { checkNamed } from './foreign.ts'
import { createGate, placeOf } from './gate.ts'
import { answerList, objectIn } from './lists.ts'
import type { Book, FileDesk, Kind, Language, Thing } from './model.ts'
import { referenceIn } from './references.ts'

/** What is known of things at providers, and may be done with them: for files, and for batches. */
export function createDesk(
  { decide, providers }: Pick<Host, 'decide' | 'providers'>,
  book: Book & Owners,
  { virtual, access }: { readonly virtual: VirtualModelSource; readonly access: Access },
): FileDesk {
  const { namedBeside } = access
  const isSetting = (source: string) => virtual.current().all.get(source)?.parameters !== undefined

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

  return {
    book,
    languageOf,
    placeOf,
    objectIn,
    referenceIn,
    checkNamed: (said, { userPath }) => checkNamed(said, book, userPath),
    namedBy,
    gate: (x, named) => createGate({ decide, providers, owners: book, isSetting, namedBeside }, x, named),
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
}
