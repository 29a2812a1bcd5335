import * as v from 'valibot'
import type { Host } from '../../src/contract/plugin.ts'
import { text } from '../../src/contract/settings.ts'
import { ask } from './ask.ts'

const metadata = v.looseObject({
  issuer: text(),
  jwks_uri: v.pipe(v.string(), v.url()),
  authorization_endpoint: v.optional(v.pipe(v.string(), v.url())),
  token_endpoint: v.optional(v.pipe(v.string(), v.url())),
})
/** What an identity provider says of itself at `/.well-known/openid-configuration`. */
export type Metadata = v.InferOutput<typeof metadata>

const keySet = v.object({ keys: v.array(v.looseObject({ kty: v.string() })) })
/** The public keys of an identity provider. */
export type KeySet = v.InferOutput<typeof keySet>

type Way = Pick<Host, 'fetch'>
/** Milliseconds; somebody may be waiting for it. */
const PATIENCE = 5000

/** OpenID Connect Discovery 1.0, sections 4.2 and 4.3: whoever answers must be the one that was asked for. */
export async function readMetadata(way: Way, issuer: string): Promise<Metadata> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const said = await readJson(way, url, metadata)
  if (said.issuer !== issuer)
    throw new Error(
      `${url} speaks of the issuer "${said.issuer.slice(0, 200)}": set the issuer to that, letter by letter`,
    )
  const places = [said.jwks_uri, said.authorization_endpoint, said.token_endpoint]
  if (issuer.startsWith('https:') && places.some(place => place?.startsWith('https:') === false))
    throw new Error(`${url} leads from https to an address without it`)
  return said
}

export const readKeys = (way: Way, url: string): Promise<KeySet> => readJson(way, url, keySet)

async function readJson<S extends v.GenericSchema>(
  way: Way,
  url: string,
  schema: S,
): Promise<v.InferOutput<S>> {
  const response = await ask(way, url, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(PATIENCE),
  })
  if (response.status !== 200) throw new Error(`${url} answers with status ${response.status}`)
  const read = v.safeParse(schema, await response.json().catch(() => undefined))
  if (!read.success) throw new Error(`${url} answers what cannot be read`)
  return read.output
}
