interface KeyOptionsProps {
  readonly keys: readonly { readonly id: string; readonly name: string }[]
}

/** Suggestions for a key: chosen by their name, filled in by their id. */
export const KeyOptions = ({ keys }: KeyOptionsProps) => (
  <>
    {keys.map(({ id, name }) => (
      <option value={id} label={name} />
    ))}
  </>
)
