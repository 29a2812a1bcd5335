/** Where something stands in a file, both counted from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}
