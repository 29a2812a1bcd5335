import { expect, test } from 'bun:test'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startGateway } from '../kit.ts'

test('a database whose file is removed, or replaced, while it is in use needs attention until it is back', async () => {
  const gateway = await startGateway()
  const file = join(gateway.folder, 'test.db')
  const standing = async () => {
    const { body } = await gateway.admin('GET', '/admin/notices')
    return body.standing.map(({ key, text }: Record<string, string>) => [key, text])
  }
  const told = [
    [
      'database:file',
      expect.stringMatching(/test\.db”, was removed or replaced .* is lost .* put the right file/),
    ],
  ]
  expect(await standing()).toEqual([])
  renameSync(file, `${file}.away`)
  expect(await standing()).toEqual(told)
  writeFileSync(file, 'a backup')
  expect(await standing()).toEqual(told)
  rmSync(file)
  renameSync(`${file}.away`, file)
  expect(await standing()).toEqual([])
  await gateway.close()
})
