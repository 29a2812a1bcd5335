import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { plugins as ours } from '../../plugins/index.ts'
import { readSettings } from '../../src/config/gateway.ts'
import { createGateway } from '../../src/gateway.ts'
import type { Plugin } from '../../src/plugin.ts'
import { readPluginSettings } from '../plugin-settings.ts'

/**
 * Where callers send requests: a dialect asks a model, a passage calls a provider in its own language or answers from
 * what is kept, a route answers by itself.
 */
export interface CallerEndpoint {
  readonly kind: 'dialect' | 'passage' | 'route'
  readonly name: string
  readonly method: string
  readonly path: string
}

/** `POST /v1/files`. */
export const addressOf = ({ method, path }: CallerEndpoint): string => `${method} ${path}`

/** Every dialect, passage and route for callers that our plugins bring, found by looking at what they really set up. */
export async function findEndpoints(): Promise<readonly CallerEndpoint[]> {
  const found: CallerEndpoint[] = []
  const spied = ours.map(
    (plugin): Plugin => ({
      ...plugin,
      async setup(host) {
        const parts = await plugin.setup(host)
        for (const { name, path, talk } of parts.dialects ?? [])
          found.push({ kind: 'dialect', name, method: talk ? 'GET' : 'POST', path })
        for (const { name, path, methods } of parts.passages ?? [])
          for (const method of methods) found.push({ kind: 'passage', name, method, path })
        for (const { name, path, method, access } of parts.api ?? [])
          if (access === 'caller') found.push({ kind: 'route', name: name ?? path, method, path })
        return parts
      },
    }),
  )
  const home = mkdtempSync(join(tmpdir(), 'modelway-'))
  const environment = { DATABASE_URL: `file:${join(home, 'test.db')}` }
  const gateway = await createGateway({
    settings: readSettings(environment),
    plugins: spied,
    pluginSettings: readPluginSettings(spied, environment),
    shell: ({ main }) => main,
    assets: {},
    migrations: new URL('../../drizzle', import.meta.url).pathname,
    version: '0.0.0-test',
  })
  await gateway.stop()
  rmSync(home, { recursive: true, force: true })
  return found
}
