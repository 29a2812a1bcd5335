import { readers } from '../replay/recordings.ts'
import { type Json, objectOr, type Told } from '../replay/told.ts'
import type { Case, Outcome } from './case.ts'

/** What a client was told, read from the objects of its SDK. */
export function toldOf({ language }: Pick<Case, 'language'>, { value, events, error }: Outcome): Told {
  if (error) throw new Error(`${error.name} ${error.status}: ${error.message}`)
  return events === undefined
    ? readers[language]({ kind: 'whole', json: objectOr(value) })
    : readers[language]({ kind: 'stream', events: events as readonly Json[] })
}
