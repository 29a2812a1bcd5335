import { reasonOf } from '../../../src/base/describe.ts'
import type { Code } from '../../../src/errors.ts'

/** Why a server could not be asked. The words are ours: what it said itself may hold its secrets. */
export interface Failure {
  readonly code: Code
  /** Goes on behind the name of the server: `cannot be reached`. */
  readonly words: string
  /** For the log: what the network said. */
  readonly reason?: string
}

/** A server answers more than it may, or nothing more before it has answered at all. */
export class BrokenAnswer extends Error {
  override readonly name = 'BrokenAnswer'
}

export const TOO_LONG = 'answers more than MCP_ANSWER_LIMIT allows'
export const TOO_DEEP = 'nests its answer too deep'
export const CUT = 'broke off before it had answered'
const NO_MCP: Failure = { code: 'upstream_invalid', words: 'answers what is no MCP' }

/** @param timeout how long it was waited for (milliseconds) */
export async function toFailure(error: unknown, timeout: number): Promise<Failure> {
  const { SdkError, SdkErrorCode, SdkHttpError, UnauthorizedError } = await import(
    '@modelcontextprotocol/client'
  )
  if (error instanceof BrokenAnswer)
    return { code: error.message === CUT ? 'upstream_cut' : 'upstream_invalid', words: error.message }
  if (error instanceof UnauthorizedError) return ofStatus(401)
  if (error instanceof SdkHttpError) return ofStatus(error.status)
  if (error instanceof SyntaxError || (error instanceof Error && error.name === 'ZodError')) return NO_MCP
  if (!(error instanceof SdkError)) return awayFor(error)
  if (error.code === SdkErrorCode.RequestTimeout)
    return { code: 'upstream_timeout', words: `was silent for more than ${Math.ceil(timeout / 1000)} s` }
  if (error.code === SdkErrorCode.ConnectionClosed) return { code: 'upstream_cut', words: CUT }
  // The library tells a network that fails from an answer that cannot be read in its words only.
  const isAway = error.code === SdkErrorCode.EraNegotiationFailed && !error.message.includes('unusable reply')
  return isAway ? awayFor(error.cause) : NO_MCP
}

const awayFor = (error: unknown): Failure => ({
  code: 'upstream_unreachable',
  words: 'cannot be reached',
  reason: reasonOf(error),
})

const ofStatus = (status: number): Failure =>
  status === 401 || status === 403
    ? { code: 'upstream_rejected', words: `does not accept the gateway's credentials (status ${status})` }
    : { code: 'upstream_error', words: `answers with status ${status}` }
