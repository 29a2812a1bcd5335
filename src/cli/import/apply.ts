import type { Client } from '../client.ts'
import { mapOf, textOf } from '../foreign.ts'
import { Exit, exits, type World } from '../world.ts'
import type { Imported } from './imported.ts'
import { renderReport } from './report.ts'

export interface ApplyOptions {
  readonly world: World
  readonly json: boolean
}

interface Done {
  readonly what: string
  /** The new key, shown this once. */
  readonly key?: string
  readonly error?: string
}

/** Writes what the admin API takes to a running gateway, one by one; what fails is named, and the rest goes on. */
export async function apply(
  client: Client,
  imported: Imported,
  { world, json }: ApplyOptions,
): Promise<void> {
  const done: Done[] = []
  const attempt = async (what: string, run: () => Promise<unknown>) => {
    try {
      const { key } = mapOf(await run())
      done.push({ what, ...(key !== undefined && { key: textOf(key) }) })
    } catch (error) {
      done.push({ what, error: (error as Error).message })
    }
  }
  // Providers may be configured later: what leads nowhere yet is stored all the same.
  for (const model of imported.virtualModels)
    await attempt(`virtual model "${model.source}"`, () =>
      client.call('PUT', '/admin/virtual-models', { ...model, force: true }),
    )
  for (const { name, ...limit } of imported.limits)
    await attempt(`limit "${name}"`, () => client.call('PUT', `/admin/limits/${name}`, limit))
  for (const key of imported.keys)
    await attempt(`key "${textOf(key.name)}"`, () => client.call('POST', '/admin/keys', key))
  const left = [
    ...Object.keys(imported.settings),
    ...Object.keys(imported.providers).map(name => `providers.${name}`),
  ].map(what => ({
    what,
    why: 'comes from the config file or the environment: run the import without --apply and take it over',
  }))
  const report = [...imported.report, ...left]
  if (json) world.out(`${JSON.stringify({ done, report })}\n`)
  else {
    for (const { what, key, error } of done)
      world.out(
        `${error === undefined ? 'wrote' : 'FAILED'} ${what}${key ? ` ${key}` : ''}${error ? `: ${error}` : ''}\n`,
      )
    world.note(renderReport(report))
  }
  if (done.some(({ error }) => error !== undefined)) throw new Exit(exits.fault)
}
