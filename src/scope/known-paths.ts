/** More are not offered. */
const MOST = 100

/** Where operators have named user paths. */
export interface Naming {
  readonly keys: readonly { readonly path?: string }[]
  readonly models: Iterable<{ readonly namedPaths: readonly string[] }>
  /** What the form is for. */
  readonly own: readonly { readonly userPath: string }[]
}

/** User paths that forms offer; the root is what an empty field means. */
export function knownPaths({ keys, models, own }: Naming): string[] {
  const named = [
    ...keys.map(({ path }) => path),
    ...[...models].flatMap(({ namedPaths }) => namedPaths),
    ...own.map(({ userPath }) => userPath),
  ]
  return [...new Set(named)]
    .filter((path): path is string => path !== undefined && path !== '/')
    .sort()
    .slice(0, MOST)
}
