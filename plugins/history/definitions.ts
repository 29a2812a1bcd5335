import { createTurns } from '../../src/base/turns.ts'
import { checkIfMatch } from '../../src/door/precondition.ts'
import { refuse } from '../../src/errors.ts'
import type { JsonObject } from '../../src/types.ts'
import type {
  Action,
  Authorship,
  Definition,
  DefinitionOptions,
  Definitions,
  History,
  Restoring,
} from './model.ts'

/** What operators define: written first, together with its history, and then swapped into memory. */
export async function openDefinitions<T extends Definition, S extends object>(
  options: DefinitionOptions<T, S>,
  history: Pick<History, 'commit' | 'restores' | 'follows' | 'shows'>,
): Promise<Definitions<T>> {
  const { kind, listedAt, declared, onChange, shown = state => state } = options
  const fixed = new Map(declared.map(each => [each.name, each]))
  const load = async () => new Map((await options.load()).map(each => [each.name, each]))
  const inTurn = createTurns()
  let stored = await load()
  let all = together(stored)
  await onChange([...all.values()])

  function together(stored: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
    const names = [...new Set([...stored.keys(), ...fixed.keys()])].sort()
    return new Map(names.map(name => [name, fixed.get(name) ?? stored.get(name)!]))
  }

  /** What is listed holds: whoever reads that a limit is there may rely on it with the next call. */
  async function swap(next: Map<string, T>): Promise<void> {
    stored = next
    const changed = together(stored)
    await onChange([...changed.values()])
    all = changed
  }

  const missing = (name: string): never =>
    refuse('not_found', `There is no ${kind} "${name.slice(0, 80)}": GET ${listedAt} lists them`, {
      param: 'name',
    })

  function checkDeclared(name: string): void {
    const declaredIn = fixed.get(name)?.declaredIn
    if (declaredIn !== undefined)
      refuse('conflict', `${capital(kind)} "${name}" is declared in ${declaredIn}: change it there`, {
        param: 'name',
      })
  }

  const changeOf = (
    action: Action,
    { name, before, definition, by: { author = 'unknown', restored } }: Changing<T, S>,
  ) => ({
    kind,
    action: restored === undefined ? action : ('restore' as const),
    subject: name,
    author,
    ...(restored !== undefined && { restored }),
    ...(before && {
      was: name,
      before: { name, ...shown(options.toState(before)) },
      version: before.version,
    }),
    ...(definition && { after: { name, ...shown(definition) } }),
  })

  async function save(name: string, input: unknown, by: Authorship): Promise<T> {
    checkDeclared(name)
    const wanted = await options.read(name, input)
    const before = stored.get(name)
    checkIfMatch(by.ifMatch, name, before?.version)
    const definition = options.toState(wanted)
    const action = before === undefined ? 'create' : 'replace'
    const version = await history.commit(changeOf(action, { name, before, definition, by }), version => [
      options.put(name, definition, version),
    ])
    const saved = { ...wanted, version }
    await swap(new Map(stored).set(name, saved))
    return saved
  }

  async function remove(name: string, by: Authorship): Promise<void> {
    checkDeclared(name)
    const before = stored.get(name) ?? missing(name)
    checkIfMatch(by.ifMatch, name, before.version)
    await history.commit(changeOf('delete', { name, before, by }), () => options.drop(name))
    const next = new Map(stored)
    next.delete(name)
    await swap(next)
  }

  const restore = ({ name: was, ...state }: JsonObject, { subject, ...by }: Restoring): Promise<number> =>
    inTurn(async () => {
      const name = subject ?? String(was)
      if (subject === undefined && stored.has(name))
        refuse('conflict', `Cannot restore "${name}": another ${kind} has this name by now`)
      return (await save(name, state, by)).version
    })

  history.restores(kind, restore)
  history.shows(kind, options.place)
  history.follows(kind, () => inTurn(async () => swap(await load())))
  return {
    list: () => [...all.values()],
    get: name => all.get(name) ?? missing(name),
    save: (name, input, by = {}) => inTurn(() => save(name, input, by)),
    remove: (name, by = {}) => inTurn(() => remove(name, by)),
  }
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

interface Changing<T, S> {
  readonly name: string
  readonly before: T | undefined
  readonly definition?: S
  readonly by: Authorship
}
