import { plainHash } from '../../../src/base/runtime.ts'

/** Who may win, and how often next to the others. */
interface Contender {
  readonly name: string
  readonly weight: number
}

/**
 * Says which target somebody gets, by names alone: every process says the same, and nothing is remembered. Each target
 * draws a number from the name of who asks and its own, and the best draw wins. So a target that goes moves only those
 * who had it, one that comes moves only those whom it gets, and other weights move no more than they have to.
 *
 * Rendezvous hashing (Thaler and Ravishankar, 1998), weighted by the logarithmic method (Schindelhauer and Schomaker,
 * "Weighted distributed hash tables", 2005): the least −ln(h) / weight wins, where h is even between 0 and 1.
 */
export function shareOut<C extends Contender>(who: string, contenders: readonly C[]): C {
  const draws = contenders.map(({ name, weight }) => -Math.log(evenly(`${who}\n${name}`)) / weight)
  return contenders[draws.indexOf(Math.min(...draws))]!
}

/** Always the same number for a text, even between 0 and 1, and neither of them: its first 48 bits. */
function evenly(text: string): number {
  const bytes = plainHash(text).subarray(0, 6)
  return (bytes.reduce((sum, byte) => sum * 256 + byte, 0) + 0.5) / 2 ** 48
}
