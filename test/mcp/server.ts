import {
  createMcpHandler,
  fromJsonSchema,
  McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'

/**
 * A real MCP server, in a process of its own: `bun server.ts PORT KIND`. A `new` one speaks the stateless protocol (and
 * that of 2025), an `old` one keeps sessions, as those of 2025 do. It prints its port, and remembers what it was sent.
 */
const [port = '0', kind = 'new'] = process.argv.slice(2)

const anything = fromJsonSchema<Record<string, unknown>>({ type: 'object', additionalProperties: true })
const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })

/** Bytes, however they look. */
const PICTURE = `${'A'.repeat(64)}/lion/${'A'.repeat(10)}`

const seen: { readonly method: string; readonly rpc: unknown; readonly headers: Record<string, string> }[] =
  []
const extra: string[] = []
let cancelled = 0
let waiting = 0

function build(): McpServer {
  const server = new McpServer(
    { name: 'test-server', version: '1.2.3' },
    { instructions: 'Be kind to this server.' },
  )
  let visits = 0
  const tool = (name: string, run: Parameters<typeof server.registerTool>[2]) =>
    server.registerTool(name, { description: `Does ${name}`, inputSchema: anything }, run as never)
  tool('echo', (async (args: unknown) => ({
    ...text(JSON.stringify(args)),
    structuredContent: args,
  })) as never)
  tool('fail', (async () => ({ ...text('It went wrong'), isError: true })) as never)
  tool('visit', (async () => text(String(++visits))) as never)
  tool('big', (async () => text('x'.repeat(2_000_000))) as never)
  tool('huge', (async () => text('x'.repeat(12_000_000))) as never)
  tool('die', (async () => process.exit(1)) as never)
  tool('hang', (async (_args: unknown, { mcpReq }: { mcpReq: { signal: AbortSignal } }) => {
    waiting++
    await new Promise(resolve => mcpReq.signal.addEventListener('abort', resolve))
    cancelled++
    return text('over')
  }) as never)
  tool('steps', (async (_args: unknown, { mcpReq }: never) => {
    const { _meta, notify } = mcpReq as {
      _meta?: { progressToken?: string }
      notify(message: object): Promise<void>
    }
    for (const progress of [1, 2, 3])
      await notify({
        method: 'notifications/progress',
        params: { progressToken: _meta?.progressToken, progress, total: 3, message: `step ${progress}` },
      })
    return text('done')
  }) as never)
  for (const name of extra) tool(name, (async () => text(`I am ${name}`)) as never)
  server.registerPrompt('greet', { description: 'Greets' }, async () => ({
    messages: [{ role: 'user', content: { type: 'text', text: 'Say hello' } }],
  }))
  server.registerResource('readme', 'test://readme', { mimeType: 'text/plain' }, async uri => ({
    contents: [{ uri: uri.href, text: 'Read me' }],
  }))
  server.registerResource('picture', 'test://picture', { mimeType: 'image/png' }, async uri => ({
    contents: [{ uri: uri.href, blob: PICTURE }],
  }))
  return server
}

const stateless = createMcpHandler(build)
const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>()

async function keeping(request: Request): Promise<Response> {
  const id = request.headers.get('mcp-session-id')
  const known = id === null ? undefined : sessions.get(id)
  if (known !== undefined) return known.handleRequest(request)
  if (id !== null)
    return Response.json(
      { jsonrpc: '2.0', error: { code: -32001, message: 'Session not found' }, id: null },
      { status: 404 },
    )
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => crypto.randomUUID(),
    onsessioninitialized: name => void sessions.set(name, transport),
    onsessionclosed: name => void sessions.delete(name),
  })
  await build().connect(transport)
  return transport.handleRequest(request)
}

const server = Bun.serve({
  port: Number(port),
  hostname: '127.0.0.1',
  idleTimeout: 0,
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/seen') return Response.json({ seen, sessions: sessions.size, cancelled, waiting })
    if (pathname === '/grow') return Response.json(extra.push(searchParams.get('tool')!))
    const body = await request.clone().text()
    const rpc = body === '' ? undefined : JSON.parse(body)
    seen.push({ method: request.method, rpc, headers: Object.fromEntries(request.headers) })
    if (request.headers.get('authorization') !== 'Bearer secret-of-the-server')
      return new Response('secret-of-the-server is what I want', { status: 401 })
    return kind === 'new' ? stateless.fetch(request) : keeping(request)
  },
})
console.log(server.port)
