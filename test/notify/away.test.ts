import { expect, test } from 'bun:test'
import type { Concerns } from '../../plugins/concerns/model.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { DatabaseAway } from '../../src/database/faults.ts'
import { MASTER, startGateway } from '../kit.ts'

/** Who knows of concerns cannot always tell of them. */

test('a database that is away is no bug of whoever asks it, and is said once', async () => {
  const extra = [new DatabaseAway('select secrets from nowhere'), new TypeError('a mistake')].map(
    (error, i) =>
      definePlugin({
        name: `silent-${i}`,
        about: 'Cannot tell.',
        needs: ['concerns'],
        setup({ use }) {
          const look = () => {
            throw error
          }
          use<Concerns>('concerns').add({
            kind: `silent-${i}`,
            many: 'things',
            act: 'Settings',
            place: '/settings',
            look,
          })
          return {}
        },
      }),
  )
  const gateway = await startGateway({ extra })
  for (let i = 0; i < 2; i++)
    await gateway.fetch('/admin/notices', { headers: { authorization: `Bearer ${MASTER}` } })
  await gateway.close()
  const told = gateway.logs.filter(({ message }) => /what needs attention/i.test(String(message)))
  expect(told.map(({ level, message, kind }) => [level, message, kind])).toEqual([
    ['debug', 'What needs attention waits for the database', 'silent-0'],
    ['error', 'Cannot tell what needs attention', 'silent-1'],
  ])
  expect(JSON.stringify(told)).not.toContain('secrets')
})
