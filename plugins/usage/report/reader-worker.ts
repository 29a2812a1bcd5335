import { sql } from 'drizzle-orm'
import { reasonOf } from '../../../src/base/describe.ts'
import type { DatabaseAddress } from '../../../src/database/open.ts'
import { type OpenDatabase, openDatabase } from '../../../src/database/open.ts'
import type { PriceRecipe } from '../../prices/model.ts'
import { loadPrice } from '../record/price.ts'
import { answerHere, type Kind, type QuestionOf } from './answers.ts'

/** What the worker is told: first where the database is, then questions. */
export type ToReader =
  | { readonly kind: 'open'; readonly address: DatabaseAddress; readonly prices: PriceRecipe | undefined }
  | { readonly kind: 'ask'; readonly about: Kind; readonly question: unknown }
  /** Ends it; answered with `closed`. */
  | { readonly kind: 'close' }

/** What the worker tells: one answer for each question. */
export type FromReader =
  | { readonly kind: 'answer'; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'closed' }

/** So much of the file is looked at without copying it (bytes). */
const MAPPED = 256 * 1024 * 1024

const tell = (message: FromReader): void => postMessage(message)

let opening: Extract<ToReader, { readonly kind: 'open' }> | undefined
let opened: OpenDatabase | undefined
let price: ReturnType<typeof loadPrice> | undefined

async function open(): Promise<OpenDatabase> {
  const { url, authToken } = opening!.address
  const database = await openDatabase(url, authToken)
  await database.db.run(sql`pragma query_only = 1`)
  await database.db.run(sql`pragma temp_store = memory`)
  await database.db.run(sql.raw(`pragma mmap_size = ${MAPPED}`))
  return database
}

async function answer(about: Kind, question: unknown): Promise<unknown> {
  opened ??= await open()
  const { db } = opened
  const sources = { db, price: () => (price ??= loadPrice(opening!.prices, () => {})) }
  return answerHere(sources)(about, question as QuestionOf<Kind>)
}

self.onmessage = async ({ data }: MessageEvent<ToReader>) => {
  if (data.kind === 'open') {
    opening = data
  } else if (data.kind === 'ask') {
    try {
      tell({ kind: 'answer', answer: await answer(data.about, data.question) })
    } catch (error) {
      // A connection that failed once may fail for ever.
      opened?.close()
      opened = undefined
      tell({ kind: 'failed', why: reasonOf(error) })
    }
  } else {
    opened?.close()
    tell({ kind: 'closed' })
  }
}
