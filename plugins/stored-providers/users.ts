import type { VirtualModelSource } from '../virtual-models/model.ts'

/** The virtual models that name a provider: redirects to its models, and policies of theirs. */
export const usersOf = (
  provider: string,
  { all }: Pick<ReturnType<VirtualModelSource['current']>, 'all'>,
): readonly string[] =>
  [...all.values()]
    .filter(
      ({ source, targets }) =>
        source.startsWith(`${provider}/`) || targets.some(({ name }) => name.startsWith(`${provider}/`)),
    )
    .map(({ source }) => source)
    .sort()
