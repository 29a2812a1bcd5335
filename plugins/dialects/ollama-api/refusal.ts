import type { Refusal } from '../../../src/errors.ts'

/** An error is one sentence in this language. There is no place for the field that is wrong, so the sentence begins with it. */
export function toError({ message, param }: Refusal): { readonly error: string } {
  const names = param === undefined || message.toLowerCase().includes(param.toLowerCase())
  return { error: names ? message : `${param}: ${message}` }
}

export const toErrorEvent = (refusal: Refusal): string => `data: ${JSON.stringify(toError(refusal))}\n\n`
