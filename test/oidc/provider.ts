import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

/**
 * An identity provider as a process of its own: discovery, keys, the code flow with PKCE, and what tests tell it at
 * `/test/…`. `bun test/oidc/provider.ts PORT`; prints where it listens.
 */

/** What a test asks for. */
export interface Mint {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  /** Leave these out: `exp`, `kid`. */
  readonly without?: readonly string[]
}

/** How the next sign-in goes. */
export interface Plan {
  /** Claims of whoever signs in. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** The error that is told instead of a code. */
  readonly error?: string
  /** Says another issuer in the answer (RFC 9207). */
  readonly iss?: string
  /** Puts this nonce into the ID token instead of the one asked for. */
  readonly nonce?: string
  /** Signs the ID token with a key that nobody knows. */
  readonly isForged?: boolean
}

interface Code {
  readonly query: Readonly<Record<string, string>>
  readonly plan: Plan
}

const ALG = 'ES256'
/** An agent on somebody's machine, which can keep no secret. */
const PUBLIC = 'agent'
const CLIENT = { id: 'dashboard', secret: 'a-client-secret: with & signs' }
const now = () => Math.floor(Date.now() / 1000)

async function createKey(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair(ALG, { extractable: true })
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: ALG, use: 'sig' } }
}

let keys = [await createKey('one')]
let plan: Plan = {}
let isDown = false
const codes = new Map<string, Code>()
const stranger = await createKey('one')
/** How often each address was asked. */
const counts: Record<string, number> = {}

const server = Bun.serve({
  hostname: '0.0.0.0',
  port: Number(process.argv[2] ?? 0),
  fetch: async request => {
    const { pathname } = new URL(request.url)
    counts[pathname] = (counts[pathname] ?? 0) + 1
    if (isDown && !pathname.startsWith('/test/')) return new Response('Out of order', { status: 503 })
    return (await answers[pathname]?.(request)) ?? new Response('Not here', { status: 404 })
  },
})
const issuer = `http://127.0.0.1:${server.port}`
/** Large providers have their keys and tokens at other addresses than their name. */
const elsewhere = `http://127.0.0.2:${server.port}`

function mint({ claims = {}, header = {}, without = [] }: Mint, key = keys.at(-1)!): Promise<string> {
  const all: JWTPayload = {
    ...{ iss: issuer, aud: 'modelway', sub: 'alice', iat: now(), exp: now() + 300 },
    ...claims,
  }
  const head = { alg: ALG, kid: key.kid, ...header }
  const left = <T extends object>(all: T) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name))) as T
  return new SignJWT(left(all)).setProtectedHeader(left(head)).sign(key.privateKey)
}

/** Sends the browser back with a code, or with the error that was planned. */
function authorize(request: Request): Response {
  const query = Object.fromEntries(new URL(request.url).searchParams)
  const back = new URL(query.redirect_uri!)
  const isAsked = [CLIENT.id, PUBLIC].includes(query.client_id!) && query.code_challenge_method === 'S256'
  if (!isAsked || query.response_type !== 'code') return new Response('What?', { status: 400 })
  back.searchParams.set('state', query.state!)
  back.searchParams.set('iss', plan.iss ?? issuer)
  if (plan.error !== undefined) back.searchParams.set('error', plan.error)
  else {
    const code = crypto.randomUUID()
    codes.set(code, { query, plan })
    back.searchParams.set('code', code)
  }
  return Response.redirect(back.href, 303)
}

async function token(request: Request): Promise<Response> {
  const form = Object.fromEntries(new URLSearchParams(await request.text()))
  const proof = atob(request.headers.get('authorization')?.replace(/^Basic /, '') ?? '')
  const [id, secret] = proof.split(':').map(text => decodeURIComponent(text.replaceAll('+', '%20')))
  const no = (error: string) => Response.json({ error }, { status: 400 })
  const isPublic = form.client_id === PUBLIC
  if (!isPublic && (id !== CLIENT.id || secret !== CLIENT.secret)) return no('invalid_client')
  const found = codes.get(form.code!)
  codes.delete(form.code!)
  if (found === undefined || form.redirect_uri !== found.query.redirect_uri) return no('invalid_grant')
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(form.code_verifier))
  const challenge = new Uint8Array(digest).toBase64({ alphabet: 'base64url', omitPadding: true })
  if (challenge !== found.query.code_challenge) return no('invalid_grant')
  if (isPublic) return Response.json({ access_token: await mint(found.plan), token_type: 'Bearer' })
  const claims = { aud: CLIENT.id, nonce: found.plan.nonce ?? found.query.nonce, ...found.plan.claims }
  return Response.json({
    access_token: 'not-for-us',
    token_type: 'Bearer',
    id_token: await mint({ claims }, found.plan.isForged ? stranger : undefined),
  })
}

const description = {
  issuer,
  jwks_uri: `${elsewhere}/keys`,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${elsewhere}/token`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  code_challenge_methods_supported: ['S256'],
  id_token_signing_alg_values_supported: [ALG],
  authorization_response_iss_parameter_supported: true,
}

const answers: Readonly<Record<string, (request: Request) => Response | Promise<Response>>> = {
  '/.well-known/openid-configuration': () => Response.json(description),
  // Agents ask here, and send nothing that is secret to an address without TLS that is not quite this machine's.
  '/.well-known/oauth-authorization-server': () =>
    Response.json({ ...description, token_endpoint: `${issuer}/token` }),
  '/keys': () => Response.json({ keys: keys.map(({ jwk }) => jwk) }),
  '/authorize': authorize,
  '/token': token,
  '/test/mint': async request => new Response(await mint((await request.json()) as Mint)),
  '/test/plan': async request => {
    plan = (await request.json()) as Plan
    return new Response()
  },
  // A new key; the ones before are withdrawn.
  '/test/rotate': async () => {
    keys = [await createKey(crypto.randomUUID())]
    return new Response()
  },
  '/test/down': () => {
    isDown = true
    return new Response()
  },
  '/test/up': () => {
    isDown = false
    return new Response()
  },
  '/test/counts': () => Response.json(counts),
}

console.log(`Listening ${issuer}`)

for await (const _ of Bun.stdin.stream());
process.exit()
