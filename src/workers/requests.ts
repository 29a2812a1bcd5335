import type { AtRestart } from '../config/gateway.ts'

/** What the plugin of one worker says to the same plugin of the others. */
export interface Tell {
  readonly kind: 'tell'
  readonly plugin: string
  readonly note: unknown
}

/** Asks for the figures of a plugin, those of all workers. */
export interface Gather {
  readonly kind: 'gather'
  readonly plugin: string
}

/** Makes a process a worker. Answered with `Facts` when it serves. */
export interface Start {
  readonly kind: 'start'
  /** From 1 up; whoever takes its place has the same. */
  readonly number: number
  /** The gateway's own settings of the command line, by field. */
  readonly flags: Readonly<Record<string, string>>
  /** As they are for all workers, whatever the configuration says by now. */
  readonly kept: AtRestart
  /** The one that all of them listen at, also where the setting is 0. */
  readonly port: number
  /** The log is read by a person. */
  readonly isPretty: boolean
  /** It takes the place of one that has ended: the others serve. */
  readonly isAgain: boolean
  /** What the one before had counted, by plugin; empty where there was none. */
  readonly left: Readonly<Record<string, unknown>>
}

/** What the supervisor asks of a worker. */
export type ToWorker =
  | Start
  /** Answered with what it has to say of it. */
  | { readonly kind: 'reload'; readonly why: string }
  /** Answered by its end. */
  | { readonly kind: 'stop' }
  /** Answered by whoever is there. */
  | { readonly kind: 'pulse' }
  | Tell
  | Gather

/** What a worker asks of the supervisor. */
export type FromWorker = Tell | Gather

/** What is told of a gateway when it listens. */
export interface Facts {
  readonly order: readonly { readonly name: string; readonly hooks: readonly string[] }[]
  readonly providers: readonly string[]
  readonly isOpen: boolean
}
