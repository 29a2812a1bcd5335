import type { Caller } from '../../../src/types.ts'

/** Suggestions for a key: chosen by their name, filled in by their id. */
export const KeyOptions = ({ keys }: { keys: readonly Caller[] }) => (
  <>
    {keys.map(({ id, name }) => (
      <option value={id} label={name} />
    ))}
  </>
)
