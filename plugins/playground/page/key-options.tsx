import type { WorkingKey } from '../../auth/model.ts'

/** Suggestions for a key: chosen by their name, filled in by their id. */
export const KeyOptions = ({ keys }: { keys: readonly WorkingKey[] }) => (
  <>
    {keys.map(({ id, name }) => (
      <option value={id} label={name} />
    ))}
  </>
)
