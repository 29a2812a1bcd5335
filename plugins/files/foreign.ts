import { refuse } from '../../src/errors.ts'
import type { Body } from '../../src/request/body.ts'
import type { UserPath } from '../../src/types.ts'
import { isId, type Owners } from './book.ts'

/** Fields that hold ids of files, in the languages that have them. */
const FIELDS: ReadonlySet<string> = new Set([
  'file_id',
  'file_ids',
  'input_file_id',
  'input_files',
  'training_file',
  'training_files',
  'validation_file',
  'validation_files',
])
/** What each of them ends with, as a field; and the word that tells a source of an evaluation. */
const NAME = /(?:file_ids?|_files?)"\s*:|"file_id"/i
/** A letter in disguise: no honest writer escapes one. */
const ESCAPED = /\\u00[4-7]/i

/**
 * A file of somebody else must not be read by way of a prompt. Most bodies name no file, and are hardly looked at:
 * undefined says so at once.
 */
export const checkForeign = (
  { text, json, form }: Body,
  owners: Owners,
  userPath: UserPath,
  where = '',
): Promise<void> | undefined =>
  userPath === '/' || !(form !== undefined || mayName(text))
    ? undefined
    : checkNamed([json, ...writtenIn(text)], owners, userPath, where)

/** The same for texts, each of which may be an id, and for JSON of any shape. */
export async function checkNamed(
  said: readonly unknown[],
  owners: Owners,
  userPath: UserPath,
  where = '',
): Promise<void> {
  if (userPath === '/') return
  const ids = new Set<string>()
  for (const one of said) {
    if (isId(one)) ids.add(one)
    else collect(one, ids)
  }
  if (ids.size === 0) return
  const [id] = await owners.foreign([...ids].slice(0, MOST), userPath)
  if (id !== undefined || ids.size > MOST)
    refuse('not_found', `${where}There is no file "${(id ?? '').slice(0, 100)}"`, { param: 'file_id' })
}

/** No honest prompt names more files. */
const MOST = 1000

const mayName = (text: string): boolean => NAME.test(text) || (text.includes('\\u00') && ESCAPED.test(text))

/** Of a field that stands there twice only the last is in the JSON; some readers take the first. */
const WRITTEN = /(?:file_ids?|_files?)"\s*:\s*(\[[^\][]*\]|"[^"]*")/gi
const writtenIn = (text: string): readonly string[] =>
  [...text.matchAll(WRITTEN)].flatMap(([, value = '']) => value.match(/[^"\\\s,[\]]+/g) ?? [])

function collect(value: unknown, ids: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (isField(key)) for (const id of [inner].flat()) if (typeof id === 'string') ids.add(id)
    // Sources of evaluations: { "type": "file_id", "id": "file-1" }.
    if (key.toLowerCase() === 'id' && isId(inner) && isSource(value)) ids.add(inner)
    collect(inner, ids)
  }
}

/** Forms write lists as `file_ids[]`. */
const isField = (key: string): boolean => FIELDS.has(key.toLowerCase().split('[', 1)[0]!)

const isSource = (value: object): boolean =>
  Object.entries(value).some(([key, word]) => key.toLowerCase() === 'type' && word === 'file_id')
