import { plainHash } from '../../src/base/runtime.ts'
import type { JsonObject } from '../../src/types.ts'

/** What a token says, once its signature has been verified. */
export type Claims = JsonObject & { readonly sub: string }

/** A claim by its name, or by the way to it: `realm_access.roles`. A name with dots in it wins. */
export function claimAt(claims: JsonObject, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  return name.split('.').reduce<unknown>((value, step) => {
    const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, step)
    return isThere ? (value as JsonObject)[step] : undefined
  }, claims)
}

/** One of the rules holds: the claim is this value, or a list that has it. */
const matches = (claims: Claims, rules: readonly string[]): boolean =>
  rules.some(rule => {
    const [name, wanted] = [rule.slice(0, rule.indexOf('=')), rule.slice(rule.indexOf('=') + 1)]
    // Who may write any address into their profile could write somebody else's.
    if (name === 'email' && claims.email_verified !== true) return false
    const value = claimAt(claims, name)
    return Array.isArray(value) ? value.some(item => says(item, wanted)) : says(value, wanted)
  })

/** What makes operators of people. */
export interface OperatorRules {
  readonly admin: readonly string[]
  readonly readers: readonly string[]
}

/** What somebody may do as an operator; undefined where nothing makes them one. Who is both may write. */
export const operatesBy = (
  claims: Claims,
  { admin, readers }: OperatorRules,
): 'write' | 'read' | undefined =>
  matches(claims, admin) ? 'write' : matches(claims, readers) ? 'read' : undefined

/** Rules are text, and claims may be numbers, `true` or `false`. */
const says = (value: unknown, wanted: string): boolean =>
  ['string', 'number', 'boolean'].includes(typeof value) && String(value) === wanted

const MAX_NAME = 200

/**
 * Who it is, for people to read. Has an `@`, which sets it apart from `master` and its like. An address that nobody has
 * verified is no name: history would say that somebody else did it.
 */
export function nameOf(claims: Claims, issuer: string): string {
  const email = claims.email_verified === true ? claims.email : undefined
  const said = [email, claims.preferred_username, claims.sub].find(
    (value): value is string => typeof value === 'string' && value.trim() !== '',
  )
  const name = (said ?? '').replace(/\p{C}/gu, '').trim().slice(0, MAX_NAME)
  return name.includes('@') ? name : `${name}@${new URL(issuer).host}`
}

/** What its people are told apart by. */
export const withoutScheme = (issuer: string): string => issuer.replace(/^https?:\/\//, '')

/** Who calls themselves as a hash would is written as a hash, too: it could be that of another one. */
const SAFE = /^(?!sha256:)[\x21-\x7e]{1,128}$/

/** The same whenever they come, and safe to log. Two issuers may each have an `alice`. */
export function idOf({ sub }: Claims, issuer: string): string {
  const who = SAFE.test(sub) ? sub : `sha256:${plainHash(sub).toHex().slice(0, 32)}`
  return `jwt:${withoutScheme(issuer)}#${who}`
}

/** What a claim that holds several values says: a list, or a text with spaces. */
export function listAt(claims: Claims, name: string): readonly string[] | undefined {
  const value = claimAt(claims, name)
  if (typeof value === 'string') return value.split(/\s+/).filter(item => item !== '')
  return Array.isArray(value) && value.every(item => typeof item === 'string') ? value : undefined
}
