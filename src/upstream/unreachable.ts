/** A connection that could not be made, or broke before an answer began. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}
