import type { TranscriptionModelV4Result } from '@ai-sdk/provider'

export type Segment = TranscriptionModelV4Result['segments'][number]

/** What fits on a screen: two lines. */
const LONGEST_TEXT = 84
/** Seconds that one subtitle stands. */
const LONGEST = 7
/** Seconds of silence that end it. */
const PAUSE = 1

/** Some vendors tell each word for itself: a word is no segment. */
export const isByWord = (segments: readonly Segment[]): boolean =>
  segments.length > 1 && segments.every(({ text }) => !/\s/.test(text.trim()))

/** Words as what is said in one go. */
export function joined(words: readonly Segment[]): Segment[] {
  const segments: Segment[] = []
  for (const word of words) {
    const last = segments.at(-1)
    if (last === undefined || isNew(last, word)) segments.push({ ...word, text: word.text.trim() })
    else
      segments[segments.length - 1] = {
        text: `${last.text} ${word.text.trim()}`,
        startSecond: last.startSecond,
        endSecond: word.endSecond,
      }
  }
  return segments
}

const isNew = (last: Segment, word: Segment): boolean =>
  /[.?!…。？！]["'”’)]?$/.test(last.text) ||
  last.text.length + word.text.length >= LONGEST_TEXT ||
  word.endSecond - last.startSecond > LONGEST ||
  word.startSecond - last.endSecond > PAUSE
