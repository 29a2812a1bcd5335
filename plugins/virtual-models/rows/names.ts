import * as v from 'valibot'

/** Names that an operator gives, as they may be written. */

const MAX_NAME = 256
const RESERVED = ['__proto__', 'constructor', 'prototype']

export const nameOrNothing = v.pipe(
  v.string(),
  v.trim(),
  v.maxLength(MAX_NAME, `expected at most ${MAX_NAME} characters`),
  v.check(name => !/[\p{Cc}\u2028\u2029]/u.test(name), 'expected a name without control characters'),
  v.check(name => name.isWellFormed(), 'expected a name of whole characters'),
  v.check(name => !RESERVED.includes(name), 'expected another name, this one is reserved'),
)
export const modelName = v.pipe(nameOrNothing, v.nonEmpty('expected a name, it is empty'))
