import { join } from 'node:path'
import { version } from '../../package.json'
import { plugins as ours } from '../../plugins/index.ts'
import { readStored } from '../../plugins/settings/stored.ts'
import type { Plugin } from '../../src/contract/plugin.ts'
import { LOCAL } from '../../src/exchange.ts'
import { createLog, openLog } from '../../src/log.ts'
import type { Installation, Serving } from '../../src/process/installation.ts'
import { open, read } from '../../src/process/open.ts'
import { loadAssets } from '../../views/assets.ts'
import { shell } from '../../views/shell.tsx'
import { type Folder, root } from '../config/kit.ts'
import type { Parsed } from '../kit.ts'

/** A gateway that others follow while it runs, in this process; `src/main.ts` with no socket. */
export interface Running extends AsyncDisposable {
  readonly serving: Serving
  /** The log so far, one object per line. */
  readonly logs: Record<string, unknown>[]
  fetch(path: string, init?: RequestInit): Promise<Response>
  admin(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Parsed>
  /** The value and the origin of a setting, as the admin API tells it. */
  shows(name: string): Promise<readonly [value: unknown, from: string]>
}

const MASTER = 'master-key-for-tests'

export interface Place {
  readonly folder: Folder
  readonly env?: Readonly<Record<string, string>>
  /** What the config file says. */
  readonly yaml?: string
  /** Plugins that the operator has brought. */
  readonly strangers?: readonly Plugin[]
}

const migrations = join(root, 'drizzle')
export async function start({ folder, yaml = '', env = {}, strangers = [] }: Place): Promise<Running> {
  const logs: Record<string, unknown>[] = []
  const installation: Installation = {
    ...{ shell, loadAssets, migrations, version, readStored },
    plugins: ours,
    loadStrangers: async () => strangers,
    environment: {
      MODELWAY_MASTER_KEY: MASTER,
      LOG_LEVEL: 'error',
      DATABASE_URL: `file:${folder.path}/test.db`,
      CONFIG_FILE: folder.write('modelway.yaml', yaml),
      ...(strangers.length > 0 && { PLUGINS: './stranger.ts' }),
      ...env,
    },
  }
  openLog({
    level: 'info',
    pretty: false,
    write: lines =>
      void logs.push(
        ...lines
          .trim()
          .split('\n')
          .map(line => JSON.parse(line)),
      ),
  })
  const loaded = await read(installation, {})
  const serving = await open({ installation, flags: {}, loaded }, { log: createLog('gateway') })
  const { gateways } = serving
  const call = async (path: string, init: RequestInit = {}) =>
    gateways.fetch(
      new Request(`http://localhost:8080${path}`, {
        ...init,
        headers: { authorization: `Bearer ${MASTER}`, ...init.headers },
      }),
      LOCAL,
    )
  const admin: Running['admin'] = async (method, path, body, headers = {}) => {
    const response = await call(path, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }
  return {
    ...{ serving, logs, fetch: call, admin },
    async shows(name) {
      const { body } = await admin('GET', `/admin/settings/${name}`)
      return [body.value, body.origin?.from]
    },
    async [Symbol.asyncDispose]() {
      await gateways.stop()
    },
  }
}
