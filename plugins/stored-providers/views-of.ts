import * as v from 'valibot'
import type { Provider, ProviderType } from '../../src/contract/provider.ts'
import { says } from '../../src/contract/settings.ts'
import type { Made, StoredProvider } from './model.ts'
import { fieldsOf } from './settings.ts'
import type { Shelf } from './shelf.ts'
import { toShown } from './store.ts'

const setting = v.union([v.string(), v.array(v.string())])

export const providerView = v.objectWithRest(
  {
    name: says('What stands before the slash in names of its models', v.string()),
    type: says('As `GET /admin/provider-types` has it', v.string()),
    enabled: says('Off: it is kept, and nobody is led there', v.boolean()),
    state: v.pipe(
      v.picklist(['serving', 'off', 'hidden', 'broken']),
      v.description(
        'hidden: the configuration has one of this name, which serves; broken: `trouble` says why',
      ),
    ),
    trouble: says('Why it does not serve', v.optional(v.string())),
    configured_by: v.pipe(
      v.array(v.string()),
      v.description('Variables and files that configure the one that serves; empty where it is stored'),
    ),
    secrets: v.pipe(
      v.record(v.string(), v.string()),
      v.description('When each was typed. What they are is never told'),
    ),
    sealed_by_former_key: v.pipe(
      v.boolean(),
      v.description('Save it once, and the first of SECRETS_KEY seals it'),
    ),
    version: says('Counts its changes; for `If-Match`', v.number()),
  },
  setting,
)

export const typeView = v.object({
  type: says('What a provider of it says as `type`', v.string()),
  about: says('What it is', v.string()),
  base_url: v.pipe(v.nullable(v.string()), v.description('Null: it differs, so it has to be said')),
  fields: says(
    'What can be said of one, beside its name',
    v.array(
      v.object({
        name: says('As the body of a write has it', v.string()),
        about: says('What it means', v.string()),
        secret: says('It is sealed, and never shown again', v.boolean()),
      }),
    ),
  ),
})

export function stateOf({ stored, trouble }: Made, shelf: Shelf): 'serving' | 'off' | 'hidden' | 'broken' {
  if (shelf.declared(stored.name) !== undefined) return 'hidden'
  if (trouble !== undefined) return 'broken'
  return stored.enabled ? 'serving' : 'off'
}

export function toView(stored: StoredProvider, shelf: Shelf) {
  const made = shelf.of(stored.name) ?? { stored, isSealedByFormer: false }
  return {
    name: stored.name,
    ...toShown(stored),
    state: stateOf(made, shelf),
    ...(made.trouble !== undefined && { trouble: made.trouble }),
    configured_by: [...(shelf.declared(stored.name) ?? [])],
    sealed_by_former_key: made.isSealedByFormer,
    version: stored.version,
  }
}

/** One that the configuration has. Nothing of it is changed here. */
export const toDeclaredView = (
  { name, type, baseUrl, configuredModels }: Provider,
  configuredBy: readonly string[],
) => ({
  ...{ name, type, enabled: true, state: 'serving' as const },
  ...(baseUrl !== undefined && { base_url: baseUrl }),
  ...(configuredModels !== undefined && { models: [...configuredModels] }),
  configured_by: [...configuredBy],
  secrets: {},
  sealed_by_former_key: false,
  version: 0,
})

export const toTypeView = (type: ProviderType) => ({
  type: type.name,
  about: type.about,
  base_url: type.baseUrl ?? null,
  fields: fieldsOf(type).map(({ name, about, isSecret }) => ({ name, about, secret: isSecret })),
})
