import { readText } from '../../base/runtime.ts'
import { MAX_FILE } from '../../config/limits.ts'
import type { Plugin } from '../../contract/plugin.ts'
import { connect, urlOption } from '../client.ts'
import { command } from '../command.ts'
import { UsageError, type World } from '../world.ts'
import { apply } from './apply.ts'
import { fromBifrost } from './bifrost.ts'
import { fromGomodel } from './gomodel.ts'
import type { Converting, Imported, Remark } from './imported.ts'
import { fromLitellm } from './litellm.ts'
import { fromPortkey } from './portkey.ts'
import { renderReport } from './report.ts'
import { createTypeOf } from './types.ts'

type Convert = (root: unknown, converting: Converting) => Omit<Imported, 'report'>

const sources: Readonly<Record<string, { readonly about: string; readonly convert: Convert }>> = {
  gomodel: { about: 'A GoModel config.yaml, or an export of its admin API', convert: fromGomodel },
  litellm: { about: 'A LiteLLM config.yaml', convert: fromLitellm },
  portkey: { about: 'A config of Portkey, or a list of them', convert: fromPortkey },
  bifrost: { about: 'A Bifrost config.json', convert: fromBifrost },
}

/** `modelway import gomodel|litellm|portkey|bifrost FILE`: prints a `modelway.yaml`, and what it does not say. */
export const importCommands = (world: World) =>
  Object.entries(sources).map(([name, { about, convert }]) =>
    command({
      name,
      about,
      args: {
        ...urlOption,
        file: { type: 'positional', required: true, description: 'YAML or JSON' },
        apply: { type: 'boolean', description: 'Write virtual models, limits and keys to a running gateway' },
      },
      async run({ file, apply: applies, url, json }) {
        const imported = convertFile(await read(file), convert, world.plugins)
        if (applies === true)
          return apply(await connect(world, url), imported, { world, json: json === true })
        const text = await render(imported, file)
        if (json === true) return world.out(`${JSON.stringify({ ...imported, yaml: text })}\n`)
        world.out(text)
        world.note(renderReport(imported.report))
      },
    }),
  )

async function read(file: string): Promise<unknown> {
  let text: string
  try {
    text = await readText(file, MAX_FILE)
  } catch (cause) {
    throw new UsageError(`Cannot read "${file}": ${(cause as Error).message}`)
  }
  const { parse } = await import('yaml')
  try {
    // JSON is YAML too. Unlike ours, the files of others may use merge keys.
    return parse(text, { merge: true, maxAliasCount: 1000, logLevel: 'error' })
  } catch (cause) {
    throw new UsageError(`Cannot read "${file}": ${(cause as Error).message.split('\n')[0]}`)
  }
}

/** The whole conversion, without the world around it. */
function convertFile(root: unknown, convert: Convert, plugins: readonly Plugin[]): Imported {
  const report: Remark[] = []
  const types = new Set(plugins.flatMap(({ file }) => (file?.type === undefined ? [] : [file.type])))
  const imported = convert(root, {
    types,
    typeOf: createTypeOf(plugins),
    remark: (what, why) => report.push({ what, why }),
  })
  const once = new Map(report.map(remark => [`${remark.what}: ${remark.why}`, remark]))
  return { ...imported, report: [...once.values()] }
}

async function render(
  { settings, providers, virtualModels, limits, keys }: Imported,
  file: string,
): Promise<string> {
  const { stringify } = await import('yaml')
  const config = {
    ...settings,
    ...(Object.keys(providers).length > 0 && { providers }),
    ...(virtualModels.length > 0 && { virtual_models: virtualModels }),
    ...(limits.length > 0 && { limits }),
  }
  const body =
    Object.keys(config).length === 0 ? '' : stringify(config, { lineWidth: 0, aliasDuplicateObjects: false })
  const aside =
    keys.length === 0 ? '' : `# ${keys.length} keys: create them with "modelway import … --apply"\n`
  return `# Converted from ${file.replace(/\p{Cc}/gu, '')}\n${aside}${body}`
}
