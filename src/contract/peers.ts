import * as v from 'valibot'
import type { Awaitable } from '../types.ts'

/**
 * What workers that serve one port say to each other. Notes and figures pass from process to process: they are plain
 * objects. Of a worker that does not answer within two seconds there is no answer. What arrives is `unknown`, for a worker
 * that took another's place may run a newer version: `createChannel` and `createGathering` know its shape.
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

type Schema<T> = v.GenericSchema<unknown, T>

export interface ChannelOptions<N, A> {
  /** What is told. */
  readonly note: Schema<N>
  /** What whoever hears it answers; absent where nobody wants to know. */
  readonly answer?: Schema<A>
  readonly heard: (note: N) => Awaitable<NoInfer<A>>
}

/** Notes of one shape, from a plugin to itself in the other workers. */
export interface Channel<N, A> {
  /** Tells the others. Of their answers those that can be read. */
  tell(note: N): Promise<readonly A[]>
  /** For the plugin's `hear`. @throws ValiError where the note cannot be read; the log says so. */
  hear(note: unknown): Awaitable<A>
}

export const createChannel = <N, A = unknown>(
  peers: Peers | undefined,
  { note, answer, heard }: ChannelOptions<N, A>,
): Channel<N, A> => ({
  async tell(told) {
    const answers = await peers?.tell(told)
    return answer === undefined ? [] : readable(answer, answers ?? [])
  },
  hear: told => heard(v.parse(note, told)),
})

/** The figures of a plugin, of one shape. */
export interface Gathering<F> {
  /** Those of all workers, but for what cannot be read. Refused as `Peers.gather` is. */
  gather(): Promise<readonly F[]>
  /** Those of the process before this one; undefined where there was none, or they cannot be read. */
  readonly left: F | undefined
}

/** Undefined where there is no other worker. */
export const createGathering = <F>(peers: Peers | undefined, figures: Schema<F>): Gathering<F> | undefined =>
  peers && {
    gather: async () => readable(figures, await peers.gather()),
    left: readable(figures, [peers.left])[0],
  }

const readable = <T>(schema: Schema<T>, found: readonly unknown[]): readonly T[] =>
  found.flatMap(each => {
    const { success, output } = v.safeParse(schema, each)
    return success ? [output] : []
  })
