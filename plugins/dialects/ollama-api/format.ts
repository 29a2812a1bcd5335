import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { objectAt, wrong } from '../../../src/request/border.ts'
import { JSON_ONLY } from '../../../src/translate/json-only.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Reading } from './kin.ts'

export interface Format {
  readonly responseFormat?: NonNullable<LanguageModelV4CallOptions['responseFormat']>
  readonly options?: JsonObject
  /** Said to the model where there is no other way. */
  readonly instruction?: string
}

/** `"json"`, or a schema. */
export function readFormat(format: unknown, { kin, warn }: Reading): Format {
  // Older clients send an empty text for none.
  if (format == null || format === '') return {}
  if (format !== 'json') {
    if (typeof format === 'string')
      return wrong('format', 'is another text than "json": send that, or a schema')
    const schema = objectAt(format, 'format')
    return {
      responseFormat: { type: 'json', schema },
      ...(kin.isStrict && { options: { strictJsonSchema: false } }),
    }
  }
  if (kin.hasJsonMode) return { responseFormat: { type: 'json' } }
  warn('format: this provider has no mode for JSON; its model is told to answer with a JSON object')
  return { instruction: JSON_ONLY }
}
