import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { plugins as ours } from '../../plugins/index.ts'
import { readSettings } from '../../src/config/gateway.ts'
import type { Dialect } from '../../src/contract/dialect.ts'
import type { Plugin } from '../../src/contract/plugin.ts'
import { createGateway } from '../../src/gateway.ts'
import type { JsonObject } from '../../src/types.ts'
import { readPluginSettings } from '../plugin-settings.ts'
import { folder } from '../sdk/recordings.ts'

/** Every dialect that our plugins bring, found by looking at what they really set up. */
export async function findDialects(): Promise<readonly Dialect[]> {
  const found: Dialect[] = []
  const spied = ours.map(
    (plugin): Plugin => ({
      ...plugin,
      async setup(host) {
        const parts = await plugin.setup(host)
        found.push(...(parts.dialects ?? []))
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

/** An answer of a real provider: the events of a stream, or one part that is everything. */
export interface Recorded {
  /** `groq/groq-text.json` */
  readonly name: string
  /** The vendor that it was recorded from. */
  readonly vendor: string
  readonly parts: readonly JsonObject[]
}

export { folder }

/** Empty where there are no recordings. */
export async function findRecorded(): Promise<readonly Recorded[]> {
  if (!existsSync(folder)) return []
  const names = [...new Bun.Glob('**/*.{json,txt}').scanSync(folder)].sort()
  return Promise.all(
    names.map(async name => {
      const text = await Bun.file(join(folder, name)).text()
      const vendor = name.replace(/^recorded\//, '').split('/')[0]!
      return { name, vendor, parts: name.endsWith('.json') ? toParts([text]) : toParts(dataOf(text)) }
    }),
  )
}

/** Lines of a list of payloads, or the `data` lines of a raw stream. */
const dataOf = (text: string): readonly string[] => {
  const lines = text.split(/\r?\n/)
  const data = lines.filter(line => line.startsWith('data:')).map(line => line.slice(5))
  return data.length > 0 ? data : lines
}

const toParts = (texts: readonly string[]): readonly JsonObject[] =>
  texts.flatMap(text => {
    try {
      const json: unknown = JSON.parse(text)
      return isObject(json) ? [json] : []
    } catch {
      return []
    }
  })

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {})
export const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)
