import { decodeJwt, errors, jwtVerify } from 'jose'
import { describe } from '../../src/base/describe.ts'
import type { Host } from '../../src/contract/plugin.ts'
import { Refusal, refuse } from '../../src/errors.ts'
import type { Authority } from './authority.ts'
import type { Claims } from './claims.ts'

export interface Judging {
  readonly issuer: string
  readonly audience: string
  readonly algorithms: readonly string[]
  /** Milliseconds. */
  readonly clockTolerance: number
  readonly keyOf: Authority['keyOf']
}

/** Longer ones are not even looked at. Those of large companies, with all groups in them, have about half of it. */
const MAX_LENGTH = 16_384

/** A JWT as JWS has it: header, claims and signature. The signature of an unsigned one is empty. */
const SHAPE = /^ey[\w-]+\.[\w-]+\.[\w-]*$/

export const isToken = (credential: string): boolean => SHAPE.test(credential)

/** Who says to have issued it. Nothing is verified yet. */
export function issuerIn(token: string): string | undefined {
  if (token.length > MAX_LENGTH)
    refuse('invalid_api_key', `The token has ${token.length} characters: at most ${MAX_LENGTH} are read`)
  try {
    const { iss } = decodeJwt(token)
    return typeof iss === 'string' ? iss : undefined
  } catch {
    return undefined
  }
}

/** The claims of a token for `audience`, signed by `issuer`; everything else is a 401 that says why. */
export async function verify(
  token: string,
  { issuer, audience, algorithms, clockTolerance, keyOf }: Judging,
  { now, log }: Pick<Host, 'now' | 'log'>,
): Promise<Claims & { readonly exp: number }> {
  try {
    const { payload } = await jwtVerify(token, keyOf, {
      issuer,
      audience,
      algorithms: [...algorithms],
      clockTolerance: clockTolerance / 1000,
      currentDate: new Date(now()),
      requiredClaims: ['exp', 'sub'],
    })
    if (typeof payload.sub !== 'string') throw new errors.JWTInvalid()
    return payload as Claims & { readonly exp: number }
  } catch (error) {
    if (error instanceof Refusal) throw error
    if (!(error instanceof errors.JOSEError))
      log.warn('A key of an identity provider cannot be used', { issuer, error: describe(error) })
    return refuse('invalid_api_key', `The token is not accepted: ${reasonOf(error, audience, algorithms)}`)
  }
}

/** What is wrong with it, in words; never the token itself. */
function reasonOf(error: unknown, audience: string, algorithms: readonly string[]): string {
  if (error instanceof errors.JWTExpired) return 'it has expired, get a new one'
  if (error instanceof errors.JWTClaimValidationFailed)
    return claims[`${error.claim} ${error.reason}`] ?? wrongClaim(error.claim, audience)
  if (error instanceof errors.JOSEAlgNotAllowed)
    return `its signature has to be one of ${algorithms.join(', ')}`
  return reasons[error instanceof errors.JOSEError ? error.code : ''] ?? 'it cannot be verified'
}

const claims: Readonly<Record<string, string>> = {
  'exp missing': 'it does not say when it expires ("exp")',
  'sub missing': 'it does not say of whom it speaks ("sub")',
  'nbf check_failed': 'it is not valid yet ("nbf")',
}

const wrongClaim = (claim: string, audience: string): string =>
  claim === 'aud' ? `it is meant for others, its "aud" has to be "${audience}"` : `its "${claim}" is wrong`

const reasons: Readonly<Record<string, string>> = {
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'its signature is wrong',
  ERR_JWKS_NO_MATCHING_KEY: 'its identity provider has no such key',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'it names no key ("kid"), and its identity provider has several',
  ERR_JOSE_NOT_SUPPORTED: 'it asks for what is not supported here',
  ERR_JWS_INVALID: 'it is malformed',
  ERR_JWT_INVALID: 'it is malformed',
}
