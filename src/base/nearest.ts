import { distance } from 'fastest-levenshtein'

/** ` Did you mean "x"?` when a known name is close to a mistyped one, else an empty string. */
export function didYouMean(name: string, known: Iterable<string>): string {
  let best: string | undefined
  let least = Math.max(2, Math.floor(name.length / 4)) + 1
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= least) continue
    const steps = distance(name.toLowerCase(), candidate.toLowerCase())
    if (steps < least) [best, least] = [candidate, steps]
  }
  return best === undefined ? '' : `. Did you mean "${best}"?`
}
