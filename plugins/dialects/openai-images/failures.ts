import { AISDKError, type ImageModelV4Result } from '@ai-sdk/provider'
import { Refusal, refuse } from '../../../src/errors.ts'
import type { Usage } from '../../../src/types.ts'

/** Pictures that were not made, as packages tell it. */

/** What OpenAI says when its moderation does not let a picture through: the same call fails the same way. */
const blocked = (usage?: Usage): Refusal =>
  new Refusal('invalid_request', 'The provider does not make this picture: its moderation has blocked it', {
    word: 'moderation_blocked',
    usage,
  })

/** Packages throw plain errors for what the vendor has blocked, and for what the model cannot do. */
export function fromPlain(error: unknown): never {
  const words = error instanceof Error && !AISDKError.isInstance(error) ? error.message : ''
  if (/\bmoderated\b|content policy/i.test(words)) throw blocked()
  if (/\bnot support|no longer supported/i.test(words)) refuse('unsupported_operation', words)
  throw error
}

/** @throws Refusal where no call has made a picture. */
export function assertMade(results: readonly ImageModelV4Result[], usage: Usage | undefined): void {
  if (results.some(({ images }) => images.length > 0)) return
  if (results.some(({ isRetryable }) => isRetryable === false)) throw blocked(usage)
  throw new Refusal('upstream_invalid', 'The provider answered without a picture', { usage })
}
