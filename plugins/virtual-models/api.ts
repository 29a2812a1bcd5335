import * as v from 'valibot'
import { type Api, answerJson, defineApi, restOf } from '../../src/contract/api.ts'
import { says } from '../../src/contract/settings.ts'
import { authorshipOf } from '../../src/door/author.ts'
import { createHeaders, etagOf, guardHeaders } from '../../src/door/precondition.ts'
import { refuse } from '../../src/errors.ts'
import { affinities, strategies, type VirtualModels, type VirtualModelView } from './model.ts'
import { virtualModelInput } from './rows/input.ts'
import { mirror } from './rows/mirror.ts'
import { parameters } from './rows/parameters.ts'

const virtualModelView = v.object({
  source: says('What callers name, or what a policy is about', v.string()),
  kind: says('With targets a redirect, without a policy', v.picklist(['redirect', 'policy'])),
  target_model: says('The target, where there is one only', v.optional(v.string())),
  targets: says(
    'All targets, in their order',
    v.optional(
      v.array(
        v.object({
          model: says('What it leads to', v.string()),
          weight: says('How much more often than others it comes first', v.number()),
          user_paths: says('For whom it is there; absent: for everybody', v.optional(v.array(v.string()))),
        }),
      ),
    ),
  ),
  strategy: says('Which target comes first', v.optional(v.picklist(strategies))),
  affinity: says('Who stays with one target', v.optional(v.picklist(affinities))),
  session_affinity: says('`affinity` is `session`', v.optional(v.boolean())),
  failover: says('The other targets are tried where one fails', v.optional(v.boolean())),
  parameters: says('How its model is asked, whatever callers say', v.optional(parameters)),
  mirror: says('Who gets copies of its calls', v.optional(mirror)),
  user_paths: says('Who may use it; absent: everybody', v.optional(v.array(v.string()))),
  description: says('For people; callers never see it', v.string()),
  reach: says(
    '`redirect`: its models are reached through redirects only',
    v.optional(v.picklist(['any', 'redirect'])),
  ),
  enabled: says('Off: a redirect is not there, and what a policy covers is closed', v.boolean()),
  managed: says('It is declared in the configuration, and cannot be changed here', v.boolean()),
  declared_in: says('Where it is declared', v.optional(v.string())),
  valid: says('It leads somewhere at the moment', v.boolean()),
  resolved_model: says('The `provider/id` that a redirect leads to first', v.optional(v.string())),
  scope_kind: says('What a policy covers', v.optional(v.picklist(['all', 'provider', 'model', 'bare']))),
  shadows: says('It takes the place of a model of that name', v.optional(v.boolean())),
  version: says('Counts its changes; for `If-Match`', v.number()),
  updated_at: says('When it was changed last', v.string()),
})

const PATH = '/admin/virtual-models'

/** With the version as entity tag; a declared one is at version 0, and cannot be written. */
const answerView = (view: VirtualModelView): Response =>
  answerJson(view, { headers: { etag: etagOf(view.version) } })

const versionTag = { ETag: 'Its version, for `If-Match`' }

const shared = { access: 'admin', tag: 'Virtual models', path: PATH } as const

/** `/admin/virtual-models`: list, read, put, delete. */
export const createVirtualModelsApi = (virtual: VirtualModels): Api[] => [
  ...createReads(virtual),
  ...createWrites(virtual),
]

function createReads(virtual: VirtualModels): Api[] {
  return [
    defineApi({
      ...shared,
      method: 'GET',
      summary: 'All virtual models',
      answer: {
        about: 'Sorted by source',
        schema: v.array(virtualModelView),
        headers: {
          ETag: 'Another one whenever anything in the list has changed. Writes take the version of a row instead.',
        },
      },
      async run() {
        const etag = virtual.revision()
        return answerJson(await virtual.views(), { headers: { etag } })
      },
    }),
    defineApi({
      ...shared,
      method: 'GET',
      path: `${PATH}/*`,
      rest: 'source',
      summary: 'One virtual model',
      description:
        'By its source, percent-encoded: `openai%2Fgpt-5`, `%2F`. Slashes inside may also stay as they are.',
      answer: { about: 'The virtual model', schema: virtualModelView, headers: versionTag },
      refusals: [404],
      run({ request }) {
        const source = restOf(request, `${PATH}/`)
        const view = virtual.view(source)
        return view === undefined
          ? refuse('not_found', `There is no virtual model "${source}": GET ${PATH} lists them`, {
              param: 'source',
            })
          : answerView(view)
      },
    }),
  ]
}

function createWrites(virtual: VirtualModels): Api[] {
  return [
    defineApi({
      ...shared,
      method: 'PUT',
      summary: 'Create or replace a virtual model',
      description:
        'With `target_model` or `targets` it is a redirect, without an access policy on the selector `source`: `/` all, `provider/` one provider, `provider/id` one model, `id` that model on any provider. `parameters` say how a redirect asks its model, whatever callers say; `mirror` names a model that gets copies of its calls, whose answers no caller sees. A target with `user_paths` is there for callers inside one of them only, and comes first for them. `old_source` renames. `force` stores names that match nothing yet.',
      body: virtualModelInput,
      example: { source: 'smarter', target_model: 'demo/parrot', description: 'The best we have' },
      heeds: createHeaders,
      answer: { about: 'The virtual model as it is now', schema: virtualModelView, headers: versionTag },
      refusals: [404, 409, 412, 422],
      run: async ({ body, admin, request }) =>
        answerView(await virtual.save(body, authorshipOf({ admin, request }))),
    }),
    defineApi({
      ...shared,
      method: 'DELETE',
      summary: 'Delete a virtual model',
      body: v.strictObject({ source: says('Which one', v.string('expected the source of a virtual model')) }),
      example: { source: 'smarter' },
      answer: { status: 204, about: 'It is gone' },
      heeds: guardHeaders,
      refusals: [404, 409, 412],
      run: ({ body, admin, request }) => virtual.remove(body.source, authorshipOf({ admin, request })),
    }),
  ]
}
