const BETWEEN = '\n\n'
const DELTA = '"delta":'

/**
 * An event that says a few words more and nothing else: all other members of its delta are who speaks, or null. What is
 * in the string stays escaped, so that two of them, one behind the other, are one string.
 */
const SAYS = new RegExp(
  [
    '^(?<before>[^]*?"delta":\\s?\\{(?:"(?:role|type)":\\s?"\\w+",\\s?|"\\w+":\\s?null,\\s?)*',
    '"(?:content|text|reasoning_content|reasoning|thinking|partial_json)":\\s?")',
    '(?:[^"\\\\]|\\\\.)*',
    '(?<after>"(?:,\\s?"\\w+":\\s?null)*\\}[^]*)$',
  ].join(''),
)

/** The inside of a string of JSON. */
const WORDS = /^(?:[^"\\]|\\.)*$/

/** What is around the words of an event. */
interface Frame {
  readonly before: string
  readonly after: string
}

/**
 * Words that arrived together, as one event. Where a gateway is busy, or a provider sends in bursts, one read brings many
 * events, and a package needs as long for three letters as for three lines. Events that hold anything else, or differ in
 * what is around their words, stay for themselves.
 *
 * @param text Server-sent events, the last of which may be cut; one character for each byte.
 */
export function joinWords(text: string): string {
  const events = text.split(BETWEEN)
  // The last piece is what follows the last blank line: most reads bring one event.
  if (events.length < 3) return text
  const joined: string[] = []
  let frame: Frame | undefined
  let words: string[] = []
  const close = () => frame && joined.push(frame.before + words.join('') + frame.after)
  for (const event of events) {
    const more = frame && wordsIn(event, frame)
    if (more !== undefined) {
      words.push(more)
      continue
    }
    close()
    frame = frameOf(event)
    if (frame === undefined) joined.push(event)
    else words = [wordsIn(event, frame)!]
  }
  close()
  return joined.length === events.length ? text : joined.join(BETWEEN)
}

/** Undefined for an event that says more; one with several choices has several deltas. */
function frameOf(event: string): Frame | undefined {
  const isOne = event.includes(DELTA) && event.indexOf(DELTA) === event.lastIndexOf(DELTA)
  return isOne ? (SAYS.exec(event)?.groups as Frame | undefined) : undefined
}

function wordsIn(event: string, { before, after }: Frame): string | undefined {
  const isFramed = event.startsWith(before) && event.endsWith(after)
  const words = event.slice(before.length, event.length - after.length)
  return isFramed && event.length >= before.length + after.length && WORDS.test(words) ? words : undefined
}
