import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  Client,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { startGateway, type TestGateway } from '../kit.ts'
import { callersOf, type Identity, startIdentity } from '../oidc/kit.ts'

/** Agents that find out by themselves where their people sign in. */

const ORIGIN = 'http://localhost:8080'
const WELL_KNOWN = '/.well-known/oauth-protected-resource'
// Nobody has to be there: tools are listed from none.
const SERVERS = JSON.stringify([{ name: 'search', url: 'http://127.0.0.1:9/mcp' }])

let identity: Identity
let house: TestGateway
beforeAll(async () => {
  identity = await startIdentity()
  house = await startGateway({
    env: { MCP_SERVERS: SERVERS, OIDC_CALLER_SCOPES: 'openid api://modelway/use', ...callersOf(identity) },
  })
})
afterAll(async () => {
  await house?.close()
  await identity?.[Symbol.asyncDispose]()
})

/** The gateway has no socket here; the identity provider has. */
const reach = (url: string | URL, init?: RequestInit): Promise<Response> => {
  const { origin, pathname, search } = new URL(url)
  return origin === ORIGIN ? house.fetch(pathname + search, init) : fetch(url, init)
}

interface Kept {
  sentTo?: URL
  verifier?: string
  tokens?: StoredOAuthTokens
  discovery?: OAuthDiscoveryState
}

/** What an agent keeps of a sign-in. It opens no browser: `sentTo` is where it would. */
function createAgent() {
  const kept: Kept = {}
  const redirectUrl = 'http://127.0.0.1:1/callback'
  const provider: OAuthClientProvider = {
    redirectUrl,
    clientMetadata: { redirect_uris: [redirectUrl], token_endpoint_auth_method: 'none' },
    clientInformation: () => ({ client_id: 'agent' }),
    state: () => 'a-state',
    tokens: () => kept.tokens,
    saveTokens(tokens) {
      kept.tokens = tokens
    },
    redirectToAuthorization(url) {
      kept.sentTo = url
    },
    codeVerifier: () => kept.verifier!,
    saveCodeVerifier(verifier) {
      kept.verifier = verifier
    },
    discoveryState: () => kept.discovery,
    saveDiscoveryState(state) {
      kept.discovery = state
    },
  }
  return { kept, provider }
}

describe('where callers may come with a token', () => {
  test('the official client signs its person in with nothing but the address of the tools', async () => {
    const { kept, provider } = createAgent()
    const connect = async (at: string) => {
      const transport = new StreamableHTTPClientTransport(new URL(ORIGIN + at), {
        authProvider: provider,
        fetch: reach,
      })
      const client = new Client({ name: 'agent', version: '0' })
      return { transport, client, done: client.connect(transport) }
    }
    const first = await connect('/mcp')
    await expect(first.done).rejects.toBeInstanceOf(UnauthorizedError)
    expect(kept.sentTo?.origin).toBe(identity.url)
    expect(Object.fromEntries(kept.sentTo!.searchParams)).toMatchObject({
      client_id: 'agent',
      resource: `${ORIGIN}/mcp`,
      scope: 'openid api://modelway/use',
    })
    await identity.plan({ claims: { team: 'alpha' } })
    const back = await fetch(kept.sentTo!, { redirect: 'manual' })
    await first.transport.finishAuth(new URL(back.headers.get('location')!).searchParams)
    const second = await connect('/mcp')
    await second.done
    expect((await second.client.listTools()).tools).toEqual([])
    await second.client.close()
  })

  test.each(['/mcp', '/mcp/search'])('a 401 of %s names the document that describes it', async path => {
    const response = await house.fetch(path, { method: 'POST', body: '{}' })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer resource_metadata="${ORIGIN}${WELL_KNOWN}${path}", scope="openid api://modelway/use"`,
    )
    expect((await house.json(WELL_KNOWN + path)).body).toEqual({
      resource: ORIGIN + path,
      resource_name: 'Modelway',
      authorization_servers: [identity.url],
      bearer_methods_supported: ['header'],
      scopes_supported: ['openid', 'api://modelway/use'],
    })
  })

  test('whoever asks for the house as a whole finds it, and nobody learns which servers there are', async () => {
    expect((await house.json(WELL_KNOWN)).body).toMatchObject({ resource: ORIGIN })
    expect((await house.json(`${WELL_KNOWN}/mcp/unheard-of`)).body.resource).toBe(`${ORIGIN}/mcp/unheard-of`)
  })

  test('behind a proxy the addresses are those that the agent knows', async () => {
    const headers = { 'x-forwarded-host': 'ai.example.com', 'x-forwarded-proto': 'https' }
    const { body } = await house.json(`${WELL_KNOWN}/mcp`, { headers })
    expect(body.resource).toBe('https://ai.example.com/mcp')
    const refused = await house.fetch('/mcp', { method: 'POST', headers, body: '{}' })
    expect(refused.headers.get('www-authenticate')).toContain(
      `resource_metadata="https://ai.example.com${WELL_KNOWN}/mcp"`,
    )
  })

  test('a 401 at the addresses of models is as it was', async () => {
    const response = await house.fetch('/v1/models')
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  })
})

test('where callers come with keys only there is nothing of it', async () => {
  const plain = await startGateway({ env: { MCP_SERVERS: SERVERS } })
  for (const path of ['', '/mcp', '/mcp/search'])
    expect((await plain.fetch(WELL_KNOWN + path)).status).toBe(404)
  const refused = await plain.fetch('/mcp', { method: 'POST', body: '{}' })
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  await plain.close()
})
