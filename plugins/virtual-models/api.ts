import * as v from 'valibot'
import { type Api, defineApi } from '../../src/api.ts'
import { virtualModelInput } from './input.ts'
import { strategies, type VirtualModels } from './model.ts'

const virtualModelView = v.object({
  source: v.string(),
  kind: v.picklist(['redirect', 'policy']),
  target_model: v.optional(v.string()),
  targets: v.optional(v.array(v.object({ model: v.string(), weight: v.number() }))),
  strategy: v.optional(v.picklist(strategies)),
  session_affinity: v.optional(v.boolean()),
  failover: v.optional(v.boolean()),
  user_paths: v.optional(v.array(v.string())),
  description: v.string(),
  reach: v.optional(v.picklist(['any', 'redirect'])),
  enabled: v.boolean(),
  managed: v.boolean(),
  valid: v.boolean(),
  resolved_model: v.optional(v.string()),
  scope_kind: v.optional(v.picklist(['all', 'provider', 'model', 'bare'])),
  shadows: v.optional(v.boolean()),
  version: v.number(),
  updated_at: v.string(),
})

/** `/admin/virtual-models`: list, put, delete. */
export function createVirtualModelsApi(virtual: VirtualModels): Api[] {
  const shared = { access: 'admin', tag: 'Virtual models', path: '/admin/virtual-models' } as const
  return [
    defineApi({
      ...shared,
      method: 'GET',
      summary: 'All virtual models',
      answer: { about: 'Sorted by source', schema: v.array(virtualModelView) },
      run: () => virtual.views(),
    }),
    defineApi({
      ...shared,
      method: 'PUT',
      summary: 'Create or replace a virtual model',
      description:
        'With `target_model` or `targets` it is a redirect, without an access policy on the selector `source`: `/` all, `provider/` one provider, `provider/id` one model, `id` that model on any provider. `old_source` renames. `force` stores names that match nothing yet.',
      body: virtualModelInput,
      example: { source: 'smarter', target_model: 'demo/parrot', description: 'The best we have' },
      answer: { about: 'The virtual model as it is now', schema: virtualModelView },
      refusals: [404, 409, 422],
      run: ({ body }) => virtual.save(body),
    }),
    defineApi({
      ...shared,
      method: 'DELETE',
      summary: 'Delete a virtual model',
      body: v.strictObject({ source: v.string('expected the source of a virtual model') }),
      example: { source: 'smarter' },
      answer: { status: 204, about: 'It is gone' },
      refusals: [404, 409],
      run: ({ body }) => virtual.remove(body.source),
    }),
  ]
}
