/** What a client wants of a cache, by the header `cache-control` (RFC 9111, 5.2.1). */
export interface Wishes {
  /** `no-store`: nothing of the cache. */
  readonly isPrivate: boolean
  /** `no-cache`: a new answer, which may be stored. */
  readonly isFresh: boolean
  /** `only-if-cached`: a stored answer, or none. */
  readonly isStoredOnly: boolean
  /** `max-age`: no answer as old as this (milliseconds). */
  readonly maxAge: number
}

const NONE: Wishes = {
  isPrivate: false,
  isFresh: false,
  isStoredOnly: false,
  maxAge: Number.POSITIVE_INFINITY,
}

/** What it does not know, or cannot read, it leaves out. */
export function readWishes(header: string | null): Wishes {
  if (header === null) return NONE
  const words = header
    .toLowerCase()
    .split(',')
    .map(word => word.trim())
  const seconds = words.map(word => /^max-age="?(\d+)"?$/.exec(word)?.[1]).find(Boolean)
  return {
    isPrivate: words.includes('no-store'),
    isFresh: words.includes('no-cache'),
    isStoredOnly: words.includes('only-if-cached'),
    maxAge: seconds === undefined ? NONE.maxAge : Number(seconds) * 1000,
  }
}
