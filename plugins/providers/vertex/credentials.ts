import * as v from 'valibot'
import { readText } from '../../../src/base/runtime.ts'
import { ConfigError } from '../../../src/errors.ts'

const serviceAccount = v.object({
  type: v.literal('service_account'),
  client_email: v.pipe(v.string(), v.nonEmpty()),
  private_key: v.pipe(v.string(), v.startsWith('-----BEGIN PRIVATE KEY-----')),
  private_key_id: v.optional(v.string()),
  token_uri: v.optional(v.pipe(v.string(), v.url())),
})
const user = v.object({
  type: v.literal('authorized_user'),
  client_id: v.pipe(v.string(), v.nonEmpty()),
  client_secret: v.pipe(v.string(), v.nonEmpty()),
  refresh_token: v.pipe(v.string(), v.nonEmpty()),
})
const file = v.variant('type', [serviceAccount, user])

/** What a token is bought with. `metadata`: the machine itself vouches for us. */
export type Credentials = v.InferOutput<typeof file> | { readonly type: 'metadata' }

/** No file of credentials is larger (bytes). */
const FILE_LIMIT = 64 * 1024

/** The JSON of credentials itself: nothing has to be read, or asked of this machine, to use it. */
export function isCredentials(said: string): boolean {
  try {
    return v.is(file, JSON.parse(said))
  } catch {
    return false
  }
}

/**
 * Reads what an operator configured: JSON, the path of a file with it, or the word `metadata`.
 *
 * @throws ConfigError that repeats nothing of what was read.
 */
export async function readCredentials(provider: string, said: string): Promise<Credentials> {
  if (said === 'metadata') return { type: 'metadata' }
  const fail = (why: string): never => {
    throw new ConfigError(`Cannot use the credentials of provider "${provider}": ${why}`)
  }
  const isFile = !said.startsWith('{')
  const json = isFile ? await readText(said, FILE_LIMIT).catch((error: Error) => fail(error.message)) : said
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    return fail('it is not JSON')
  }
  const result = v.safeParse(file, parsed)
  if (result.success) return result.output
  const [issue] = result.issues
  const field = v.getDotPath(issue)
  return fail(
    field === 'type' || field === null
      ? 'expected a key of a service account, or "metadata"'
      : `its field "${field}" is missing or wrong`,
  )
}
