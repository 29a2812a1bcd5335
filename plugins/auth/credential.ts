import { refuse } from '../../src/errors.ts'

/** The key that the caller sends; two different ones are a mistake, or an attempt to be judged by one and billed by the other. */
export function credential(request: Request): string | undefined {
  const bearer = /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  const apiKey = request.headers.get('x-api-key')?.trim() || undefined
  if (bearer !== undefined && apiKey !== undefined && bearer !== apiKey) {
    refuse('invalid_api_key', 'The headers "authorization" and "x-api-key" hold different keys: send one')
  }
  // Google's clients send this one, and no other.
  return bearer ?? apiKey ?? (request.headers.get('x-goog-api-key')?.trim() || keyInProtocols(request))
}

/** Browsers let pages set no headers of WebSockets; there OpenAI's clients send the key as a subprotocol. */
const keyInProtocols = ({ headers }: Request): string | undefined =>
  /(?:^|[\s,])openai-insecure-api-key\.([^\s,]+)/.exec(headers.get('sec-websocket-protocol') ?? '')?.[1]
