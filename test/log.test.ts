import { expect, test } from 'bun:test'
import { createLog, openLog } from '../src/log.ts'

test('a fact that cannot be written keeps no other line from being written, and is said to be one', async () => {
  const lines: string[] = []
  openLog({ level: 'info', pretty: false, write: text => lines.push(...text.trim().split('\n')) })
  const log = createLog('x')
  log.info('before', { n: 1 })
  log.info('odd', { n: 1n })
  log.info('behind', { n: 2 })
  await Bun.sleep(60)
  expect(lines.map(line => JSON.parse(line))).toMatchObject([
    { message: 'before', n: 1 },
    { message: 'odd', unwritable: expect.stringContaining('BigInt') },
    { message: 'behind', n: 2 },
  ])
})
