/**
 * What workers that serve one port say to each other. Notes and figures pass from process to process: they are plain
 * objects. Of a worker that does not answer within two seconds there is no answer.
 */
export interface Peers {
  /**
   * Tells the others something: each hears it in `hear`. Returns what those return. Whoever changes something by the
   * admin API or the dashboard gets an answer when the others have heard of it.
   */
  tell(note: unknown): Promise<readonly unknown[]>
  /**
   * The `figures` of all workers, this one among them; of one that is being replaced, those that it told last, if any.
   * Refused where the supervisor does not pass the question on.
   */
  gather(): Promise<readonly unknown[]>
  /** The `figures` that the process before this one, whose place it took, told last; undefined where there was none. */
  readonly left: unknown
}
