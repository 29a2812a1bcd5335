import { createFileSchema } from '../config/file-schema.ts'
import { load } from '../config/load.ts'
import { command } from './command.ts'
import type { World } from './world.ts'

/** `modelway schema`: what editors check a config file with. */
export const schemaCommand = (world: World) =>
  command({
    name: 'schema',
    about: 'Print the JSON Schema of modelway.yaml',
    async run() {
      const { plugins: ours, loadStrangers } = world
      // Whoever repairs a config file needs the schema most: a mistake in it is no reason to give none.
      const loaded = await load({ ours, loadStrangers }).catch(() => undefined)
      world.out(`${JSON.stringify(createFileSchema(loaded?.plugins ?? ours), null, 2)}\n`)
    },
  })
