import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { plugins as ours } from '../../plugins/index.ts'
import { readSettings } from '../../src/config/gateway.ts'
import type { Api } from '../../src/contract/api.ts'
import type { Plugin } from '../../src/contract/plugin.ts'
import { createGateway } from '../../src/gateway.ts'
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

/** Any address, and who may come. */
export interface Door extends Pick<CallerEndpoint, 'method' | 'path'> {
  /** `visitor`: a page for callers. */
  readonly access: Api['access'] | 'visitor'
  /** It changes nothing, and says so. */
  readonly asks: boolean
  /** Absent where nobody calls a model. */
  readonly endpoint?: CallerEndpoint
}

/** `POST /v1/files`. */
export const addressOf = ({ method, path }: Pick<Door, 'method' | 'path'>): string => `${method} ${path}`

/** Every dialect, passage and route for callers that our plugins bring. */
export const findEndpoints = async (): Promise<readonly CallerEndpoint[]> =>
  (await findDoors()).flatMap(({ endpoint }) => endpoint ?? [])

/** Every address that our plugins bring, and these, found by looking at what they really set up. */
export async function findDoors(
  env: Record<string, string> = {},
  extra: readonly Plugin[] = [],
): Promise<readonly Door[]> {
  const found: Door[] = []
  const add = (endpoint: CallerEndpoint) =>
    found.push({ method: endpoint.method, path: endpoint.path, access: 'caller', asks: false, endpoint })
  const spied = [...ours, ...extra].map(
    (plugin): Plugin => ({
      ...plugin,
      async setup(host) {
        const parts = await plugin.setup(host)
        for (const { name, path, talk } of parts.dialects ?? [])
          add({ kind: 'dialect', name, method: talk ? 'GET' : 'POST', path })
        for (const { name, path, methods } of parts.passages ?? [])
          for (const method of methods) add({ kind: 'passage', name, method, path })
        for (const { name, path, method, access, asks = method === 'GET' } of parts.api ?? [])
          if (access === 'caller') add({ kind: 'route', name: name ?? path, method, path })
          else found.push({ method, path, access, asks })
        for (const page of parts.pages ?? []) {
          const access = page.for === 'callers' ? 'visitor' : 'admin'
          const at = (name: string) => `${access === 'visitor' ? '/portal' : '/dashboard'}${page.path}${name}`
          for (const name of ['', ...Object.keys(page.parts ?? {}).map(name => `/${name}`)])
            found.push({ method: 'GET', path: at(name), access, asks: true })
          for (const name of Object.keys(page.actions ?? {})) {
            const asks = page.asks?.includes(name) ?? false
            found.push({ method: 'POST', path: at(`/${name}`), access, asks })
          }
        }
        return parts
      },
    }),
  )
  const home = mkdtempSync(join(tmpdir(), 'modelway-'))
  const environment = { DATABASE_URL: `file:${join(home, 'test.db')}`, ...env }
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
