import type { ElysiaSwaggerConfig } from '@elysiajs/swagger'
import { type AnyElysia, Elysia } from 'elysia'
import type { Api } from '../contract/api.ts'
import type { Dialect } from '../contract/dialect.ts'
import type { Passage } from '../contract/passage.ts'
import { answerTells, limitTells, refusalTells } from '../respond/headers.ts'
import { describeApi, describeRests } from './openapi.ts'
import { describeDialect, describePassage, describeTalk } from './openapi-calls.ts'
import { introduction } from './openapi-introduction.ts'
import { describeHeaders, inHeaders, type Writing } from './openapi-parts.ts'
import { createRefusals } from './openapi-refusals.ts'
import { createSchemas } from './openapi-schemas.ts'

export interface ReferenceOptions {
  readonly version: string
  readonly base: string
  readonly dialects: readonly Dialect[]
  readonly passages: readonly Passage[]
  readonly api: readonly Api[]
  readonly heeds: Writing['heeds']
  readonly tells: Writing['tells']
}

/**
 * Answers `/swagger` and `/swagger/json`. What writes the document is loaded and run when somebody first asks for it:
 * most gateways are never asked, and it is a tenth of their memory.
 */
export function createReference(options: ReferenceOptions): (request: Request) => Promise<Response> {
  let app: Promise<AnyElysia> | undefined
  return async request => {
    app ??= build(options)
    // The door takes the body away from who asked for none, and tells its length.
    const response = await (await app).fetch(new Request(request, { method: 'GET' }))
    for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value)
    return response
  }
}

/** The page may be put into no other one. What it loads is its own script's business. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "frame-ancestors 'none'",
  'referrer-policy': 'same-origin',
}

async function build(options: ReferenceOptions): Promise<AnyElysia> {
  const { swagger } = await import('@elysiajs/swagger')
  const { dialects, heeds, tells } = options
  const { toSchema, parts: schemas } = createSchemas()
  const { describe: refusals, responses } = createRefusals(dialects)
  const writing: Writing = { toSchema, refusals, heeds, tells }
  const paths = describeRests(options, writing)
  const details = options.api.map(api => describeApi(api, writing))
  const shared = { schemas, responses, ...headersOf(options) }
  const app: AnyElysia = new Elysia({ prefix: options.base }).use(swagger(documentOf(options, paths, shared)))
  const nothing = () => ''
  for (const dialect of dialects) {
    if (dialect.talk !== undefined)
      app.get(dialect.path, nothing, { detail: describeTalk(dialect, writing) as object })
    // What ends in `*` is among `paths` already.
    else if (dialect.said === undefined)
      app.post(dialect.path, nothing, { detail: describeDialect(dialect, writing) as object })
  }
  for (const passage of options.passages)
    for (const method of passage.methods)
      app.route(method, passage.path, nothing, {
        detail: describePassage(passage, method, writing) as object,
      })
  for (const [index, { method, path }] of options.api.entries())
    app.route(method, path, nothing, { detail: details[index] as object })
  return app
}

/** Headers of calls and answers that many operations refer to. */
const headersOf = ({ heeds, tells }: ReferenceOptions) => ({
  headers: describeHeaders({
    ...answerTells,
    ...refusalTells,
    ...limitTells('openai'),
    ...limitTells('anthropic'),
    ...tells,
  }),
  parameters: Object.fromEntries(
    inHeaders({ ...heeds.callers, ...heeds.models }).map(header => [header.name, header]),
  ),
})

/** The page loads our own copy of its script. */
function documentOf(
  { version, base, api, passages }: ReferenceOptions,
  paths: object,
  shared: object,
): ElysiaSwaggerConfig {
  return {
    path: '/swagger',
    provider: 'scalar',
    scalarCDN: `${base}/swagger/ui.js`,
    scalarConfig: { customCss: '' },
    exclude: ['/swagger', '/swagger/json', '/swagger/ui.js', '/swagger/ui.css'],
    documentation: {
      openapi: '3.1.0',
      info: {
        title: 'Modelway',
        version,
        description: introduction,
        license: { name: 'MIT', identifier: 'MIT' } as never,
      },
      servers: [{ url: '/' }],
      tags: tagsOf(api, passages),
      paths,
      components: {
        ...shared,
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        },
      },
    } as never,
  }
}

const tagsOf = (api: readonly Api[], passages: readonly Passage[]) => {
  const shown = api.filter(({ hidden }) => !hidden)
  const names = ['Models', ...passages.map(({ tag = 'Models' }) => tag), ...shown.map(({ tag }) => tag)]
  return [...new Set(names)].map(name => ({ name, description: tagTexts[name] ?? name }))
}

const tagTexts: Readonly<Record<string, string>> = {
  Models: 'What applications call.',
  Passthrough: 'Everything else that a provider offers, in its own language.',
  Files: 'Files that providers keep.',
  Batches: 'Many calls at once, for less.',
  'Virtual models': 'Redirects and access policies.',
  Rollouts: 'Models that take over from others step by step.',
  Keys: 'Who may call.',
  Usage: 'What was used, and what it cost.',
  Providers: 'Configured upstreams and what they offer.',
  History: 'What was changed, by whom, and what it was before.',
  Health: 'For load balancers.',
}
