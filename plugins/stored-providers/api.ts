import * as v from 'valibot'
import { type Api, answerJson, defineApi } from '../../src/contract/api.ts'
import type { Host } from '../../src/contract/plugin.ts'
import { authorshipOf } from '../../src/door/author.ts'
import { createHeaders, etagOf, guardHeaders } from '../../src/door/precondition.ts'
import { providerInput } from './input.ts'
import type { Shelf } from './shelf.ts'
import type { Store } from './store.ts'
import { type Try, trialView } from './trial.ts'
import { providerView, toDeclaredView, toTypeView, toView, typeView } from './views-of.ts'

interface Deps {
  readonly host: Pick<Host, 'shelf' | 'providers'>
  readonly store: Store
  readonly shelf: Shelf
  readonly tryOut: Try
}

const shared = { access: 'admin', tag: 'Providers' } as const
const PATH = '/admin/providers/:name'
const versionTag = { ETag: 'Its version, for `If-Match`' }
const example = { type: 'vllm', base_url: 'http://gpu:8000', api_key: 'token-abc123' }

const trialInput = v.objectWithRest(
  {
    name: v.pipe(v.string(), v.description('Whose stored secrets are used where the body has none')),
    ...providerInput.entries,
  },
  providerInput.rest,
)

/** `/admin/providers/:name`, what is stored, and what could be. */
export function createProvidersApi({ host, store, shelf, tryOut }: Deps): Api[] {
  return [
    defineApi({
      ...shared,
      method: 'GET',
      path: '/admin/stored-providers',
      summary: 'Providers that operators have added',
      answer: { about: 'Sorted by name, also those that do not serve', schema: v.array(providerView) },
      run: () => store.list().map(stored => toView(stored, shelf)),
    }),
    defineApi({
      ...shared,
      method: 'GET',
      path: '/admin/provider-types',
      summary: 'What providers there can be, and what is said of each',
      answer: {
        about: 'In the order in which bare model ids look for a provider',
        schema: v.array(typeView),
      },
      run: () => host.shelf.types().map(toTypeView),
    }),
    defineApi({
      ...shared,
      method: 'GET',
      path: PATH,
      summary: 'One provider',
      description: 'One of the configuration has version 0, and is changed where `configured_by` says.',
      answer: { about: 'The provider, without its secrets', schema: providerView, headers: versionTag },
      refusals: [404],
      run({ params: { name = '' } }) {
        const configuredBy = shelf.declared(name)
        const serving = host.providers().get(name)
        if (configuredBy !== undefined && serving !== undefined && shelf.of(name) === undefined)
          return toDeclaredView(serving, configuredBy)
        const stored = store.get(name)
        return answerJson(toView(stored, shelf), { headers: { etag: etagOf(stored.version) } })
      },
    }),
    defineApi({
      ...shared,
      method: 'PUT',
      path: PATH,
      summary: 'Create or replace a provider',
      description:
        'The next call may use it. Fields are those of its type. A secret that is left out stays as it is, unless the type or the address changes: then it has to be sent anew. Secrets are kept sealed and never told again, not even to the history. Addresses where clouds keep secrets of the machine are refused.',
      body: providerInput,
      example,
      heeds: createHeaders,
      answer: { about: 'The provider as it is now', schema: providerView, headers: versionTag },
      refusals: [409, 412, 422],
      async run(call) {
        const stored = await store.save(call.params.name ?? '', call.body, authorshipOf(call))
        return answerJson(toView(stored, shelf), { headers: { etag: etagOf(stored.version) } })
      },
    }),
    defineApi({
      ...shared,
      method: 'DELETE',
      path: PATH,
      summary: 'Delete a stored provider, and its secrets for ever',
      description:
        'Answers under way end as they began. What is put back from the history needs its secrets anew.',
      heeds: guardHeaders,
      answer: { status: 204, about: 'It is gone' },
      refusals: [404, 409, 412],
      run: call => store.remove(call.params.name ?? '', authorshipOf(call)),
    }),
    defineApi({
      ...shared,
      method: 'POST',
      path: '/admin/providers/test',
      summary: 'Ask a provider for its list before it is stored',
      body: trialInput,
      example: { name: 'gpu', ...example },
      answer: { about: 'What came of it; nothing is stored', schema: trialView },
      refusals: [409, 422],
      run: ({ body: { name, ...input } }) => tryOut(name, input),
    }),
  ]
}
