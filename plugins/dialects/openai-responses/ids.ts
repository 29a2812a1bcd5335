/** Ids of what the gateway writes itself: all of them tell which request it was, and where in its answer they stand. */

const plain = (id: string): string => id.replaceAll('-', '')

/** @param id The gateway's id of the request, a UUID. */
export const responseId = (id: string): string => `resp_${plain(id)}`

/** What kinds of items are called; clients tell items apart by it. */
export type Prefix = 'msg' | 'rs' | 'fc' | 'ctc' | 'lsh' | 'sh' | 'apc' | 'tsc' | 'ws' | 'ig' | 'cmp'

/** @param index Where the item stands in the output. */
export const itemId = (prefix: Prefix, id: string, index: number): string =>
  `${prefix}_${plain(id)}${index.toString(16).padStart(4, '0')}`

/** The response that an item of ours belongs to; undefined for the items of others. */
export function ownerOf(item: string): { readonly response: string; readonly index: number } | undefined {
  const [, request, index] = /^[a-z]+_([0-9a-f]{32})([0-9a-f]{4,6})$/.exec(item) ?? []
  return request === undefined || index === undefined
    ? undefined
    : { response: `resp_${request}`, index: Number.parseInt(index, 16) }
}
