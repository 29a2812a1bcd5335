/** More are not offered. */
const MOST = 100

/** User paths that forms offer, out of those that operators have named; the root is what an empty field means. */
export const knownPaths = (named: Iterable<string | undefined>): string[] =>
  [...new Set(named)]
    .filter((path): path is string => path !== undefined && path !== '/')
    .sort()
    .slice(0, MOST)
