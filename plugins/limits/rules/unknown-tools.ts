import { didYouMean } from '../../../src/base/nearest.ts'
import { hintIn, inOneLine } from '../../../src/scope/unknown-models.ts'

/** Servers, each with the names of its tools; undefined where it has not said yet which it has. */
export type OfferedTools = ReadonlyMap<string, ReadonlySet<string> | undefined>

/** Says which selectors of tools name nothing that is there now; undefined where all do. */
export type UnknownTools = (entries: Iterable<string>) => string | undefined

/** `offered` is asked each time: servers come and go, and so do their tools. */
export function createUnknownTools(offered: () => OfferedTools): UnknownTools {
  function why(entry: string): string | undefined {
    if (entry === '/') return undefined
    const slash = entry.indexOf('/')
    const [server, tool] = [entry.slice(0, slash), entry.slice(slash + 1)]
    const servers = offered()
    if (!servers.has(server))
      return said(
        entry,
        [...servers.keys()].map(name => `${name}/${tool}`),
      )
    const tools = servers.get(server)
    if (tool === '' || tools === undefined || tools.has(tool)) return undefined
    return said(
      entry,
      [...tools].map(name => `${server}/${name}`),
    )
  }
  return entries => inOneLine([...entries].map(why).filter(text => text !== undefined))
}

const said = (entry: string, known: readonly string[]): string =>
  `"${entry}"${hintIn(didYouMean(entry, known))}`
