/** What a model reads of one thing, at most (characters). */
const LONGEST = 10_000
const PROSE: ReadonlySet<string> = new Set(['title', 'description'])

/**
 * Nobody can see these, and models read them: control characters, spaces without width, signs that turn the direction of
 * a text, and the tags and variations with which a whole text can be hidden in another one. Line ends, tabs, and what
 * joins letters and emojis stay.
 */
const UNSEEN =
  /[^\P{Cc}\n\r\t]+|[\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]+|[\u{e0000}-\u{e0fff}]+/gu

/** A text as people see it, too: in the place of what cannot be seen stands a sign that there was something. */
export const readable = (text: string): string => {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST).toWellFormed()}…` : text
  return cut.replace(UNSEEN, '\ufffd')
}

/** The same of every title and description inside a value: those of a tool, and of its arguments. */
export function inProse<T>(value: T): T {
  const json = JSON.stringify(value, (key, inner) =>
    PROSE.has(key) && typeof inner === 'string' ? readable(inner) : inner,
  )
  return JSON.parse(json) as T
}
