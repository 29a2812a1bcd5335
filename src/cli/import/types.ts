import type { Plugin } from '../../contract/plugin.ts'

/** Finds the type of provider that another gateway means by a name; undefined where this one has none. */
export type TypeOf = (name: string) => string | undefined

/**
 * Names that others gave to vendors are ours with something around them (`x_ai`, `hosted_x`, `x-chat`, `x_nim`), or those
 * that the vendors are also known as.
 */
export function createTypeOf(plugins: readonly Plugin[]): TypeOf {
  const known = new Map<string, string>()
  for (const { file } of plugins) for (const name of file?.knownAs ?? []) known.set(name, file!.type!)
  for (const { file } of plugins) if (file?.type !== undefined) known.set(file.type, file.type)
  return given => {
    const name = given.toLowerCase().replaceAll('_', '-')
    const spellings = [
      name,
      name.replace(/-(?:ai|chat|nim)$/, ''),
      name.replace(/^hosted-/, ''),
      name.replaceAll('-', ''),
    ]
    return spellings.map(spelling => known.get(spelling)).find(type => type !== undefined)
  }
}
