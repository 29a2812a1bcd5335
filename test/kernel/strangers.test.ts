import { expect, test } from 'bun:test'
import type { Api } from '../../src/api.ts'
import type { Parts, Plugin } from '../../src/plugin.ts'
import { startGateway } from '../kit.ts'

/** What types would forbid, and what arrives all the same where nobody checks them. */
const wild = (name: string, parts: unknown): Plugin => ({
  name,
  about: 'Made by a test.',
  setup: () => parts as Parts,
})

const route = (more: object = {}) => ({
  method: 'GET',
  path: '/x/secret',
  access: 'admin',
  summary: 'X',
  tag: 'X',
  answer: { about: 'X' },
  run: () => ({ open: true }),
  ...more,
})
test('an endpoint whose access turns into something unknown is for operators only', async () => {
  const endpoint = route({ access: 'anyone' }) as unknown as { -readonly [K in keyof Api]: Api[K] }
  const test = await startGateway({ extra: [wild('odd', { api: [endpoint] })] })
  try {
    expect((await test.json('/x/secret')).status).toBe(200)
    endpoint.access = 'public' as 'anyone'
    expect((await test.json('/x/secret')).status).toBe(401)
    expect((await test.admin('GET', '/x/secret')).body).toEqual({ open: true })
  } finally {
    await test.close()
  }
})
