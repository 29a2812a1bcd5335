/** So many characters are read at once, more only where one row has more: servers refuse answers of many megabytes. */
const SLICE = 2 * 1024 * 1024

/** Reads rows whose sizes are known, a few after the other; in their order. */
export async function inSlices<T extends { readonly size: number }, R>(
  rows: readonly T[],
  read: (slice: readonly T[]) => Promise<readonly R[]>,
): Promise<R[]> {
  const found: R[] = []
  for (let from = 0; from < rows.length; ) {
    let to = from + 1
    for (let size = rows[from]!.size; to < rows.length; to++) {
      size += rows[to]!.size
      if (size > SLICE) break
    }
    found.push(...(await read(rows.slice(from, to))))
    from = to
  }
  return found
}
