import { type LanguageModelV4, type LanguageModelV4StreamPart, TypeValidationError } from '@ai-sdk/provider'
import { isObject } from '../../src/lens.ts'
import { withLayer } from '../../src/translate/layer.ts'

/** Events of Anthropic's streams: https://platform.claude.com/docs/en/build-with-claude/streaming */
const known: ReadonlySet<unknown> = new Set([
  'message_start',
  'message_delta',
  'message_stop',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'ping',
  'error',
])

/**
 * Anthropic adds kinds of events, and asks clients to pass over those that they do not know
 * (https://platform.claude.com/docs/en/api/versioning). The package takes them for errors.
 */
export const withNewEvents = (model: LanguageModelV4): LanguageModelV4 =>
  withLayer(model, options => ({ options, part: part => (isNew(part) ? [] : [part]) }))

function isNew(part: LanguageModelV4StreamPart): boolean {
  if (part.type !== 'error' || !TypeValidationError.isInstance(part.error)) return false
  const { value } = part.error
  return isObject(value) && typeof value.type === 'string' && !known.has(value.type)
}
