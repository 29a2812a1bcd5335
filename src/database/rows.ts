/** So many rows are read at once: servers refuse answers of many megabytes. */
const PAGE = 2000

/** Reads a table that may be large: `page` returns at most so many of the rows behind the last one. */
export async function readAll<R>(
  page: (last: R | undefined, most: number) => PromiseLike<readonly R[]>,
): Promise<R[]> {
  const all: R[] = []
  for (;;) {
    const rows = await page(all.at(-1), PAGE)
    all.push(...rows)
    if (rows.length < PAGE) return all
  }
}
