/** Suggestions of a field: the children of its `datalist`. */
export const Options = ({ values }: { values: readonly string[] }) => (
  <>
    {values.map(value => (
      <option value={value} />
    ))}
  </>
)
