import type { JsonObject } from '../../src/types.ts'
import type { McpServer } from './model.ts'

/** Shorter ones are words that an error may need (characters). */
const SHORTEST = 8
const HIDDEN = '…'

/** What a server says of its own error may repeat what it was told to prove who asks: no caller is to know that. */
export function withoutSecrets(said: JsonObject, server: Pick<McpServer, 'headers' | 'url'>): JsonObject {
  const secrets = secretsOf(server)
  const hidden = (text: string) => secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text)
  const json = JSON.stringify(said, (_, value) => (typeof value === 'string' ? hidden(value) : value))
  return JSON.parse(json) as JsonObject
}

/** The longest first: one may be a part of another, as a token is of `Bearer TOKEN`. */
function secretsOf({ headers, url }: Pick<McpServer, 'headers' | 'url'>): readonly string[] {
  const values = [...Object.values(headers), ...new URL(url).searchParams.values()]
  return values
    .flatMap(value => [value, ...value.split(' ')])
    .filter(({ length }) => length >= SHORTEST)
    .sort((a, b) => b.length - a.length)
}
