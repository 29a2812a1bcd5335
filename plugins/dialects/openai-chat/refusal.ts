import { plainRefusal, type Refusal } from '../../../src/errors.ts'

/**
 * An error as OpenAI writes it. Of a prompt that is too long some libraries (LiteLLM, and so aider) know OpenAI's own
 * sentence only, whatever the code says.
 */
export function toError(refusal: Refusal): ReturnType<typeof plainRefusal> {
  const plain = plainRefusal(refusal)
  const isTooLong = plain.error.code === 'context_length_exceeded' && !OWN.test(refusal.message)
  return isTooLong
    ? { error: { ...plain.error, message: `${SENTENCE} exceeded: ${refusal.message}` } }
    : plain
}

const SENTENCE = "This model's maximum context length is"
const OWN = /this model's maximum context length is/i
