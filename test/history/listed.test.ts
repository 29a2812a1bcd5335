import { expect, test } from 'bun:test'
import { openDefinitions } from '../../plugins/history/definitions.ts'
import type { Definition, DefinitionOptions } from '../../plugins/history/model.ts'

test('openDefinitions() lists what holds: whoever reads that a limit is there may rely on it at once', async () => {
  const begun = Promise.withResolvers<void>()
  const over = Promise.withResolvers<void>()
  const options = {
    kind: 'limit',
    listedAt: '/admin/limits',
    declared: [],
    load: async () => [],
    read: name => ({ name, version: 0 }),
    toState: ({ name }) => ({ name }),
    put: () => ({}) as never,
    drop: () => [],
    place: () => '/limits',
    onChange(all) {
      if (all.length === 0) return
      begun.resolve()
      return over.promise
    },
  } satisfies DefinitionOptions<Definition, object>
  const nothing = () => {}
  const history = { commit: async () => 1, restores: nothing, follows: nothing, shows: nothing }
  const definitions = await openDefinitions<Definition, object>(options, history)
  const saving = definitions.save('alpha', {})
  await begun.promise
  expect(definitions.list()).toEqual([])
  over.resolve()
  await saving
  expect(definitions.list().map(({ name }) => name)).toEqual(['alpha'])
})
