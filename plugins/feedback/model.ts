import type { UserPath } from '../../src/types.ts'

/** What is said of one answer. */
export interface Said {
  /** Of the call. */
  readonly requestId: string
  /** It is about the copy that went to a mirror. */
  readonly mirrored: boolean
  readonly name: string
  /** From 0, the worst, to 1. */
  readonly score: number
  readonly comment: string | null
}

/** What became of it. waiting: the call is not written down yet · unknown: there is no such call, or it is somebody else's. */
export type Fate = 'stored' | 'waiting' | 'unknown'

/** What is written down of a call. */
export interface Call {
  readonly requestId: string
  readonly mirrored: boolean
  /** Milliseconds since 1970. */
  readonly at: number
  readonly userPath: UserPath | null
  readonly keyId: string | null
  readonly virtualModel: string | null
  readonly provider: string | null
  readonly model: string | null
}

/** Whoever writes calls down. */
export interface Calls {
  /** Those that are written down of these calls, and of their copies. */
  find(requestIds: readonly string[]): Promise<readonly Call[]>
  /** Milliseconds for which they are kept; 0: for ever. */
  readonly retention: number
}

/** How often something was said since the process started. */
export interface Count {
  readonly name: string
  readonly by: 'caller' | 'operator'
  readonly count: number
}

/** What the plugin `feedback` offers to others. */
export interface Feedback {
  /** Another plugin knows the calls that are spoken of. */
  tellCalls(calls: Calls): void
  /** Another plugin knows what must not be kept of what somebody writes. */
  guardComments(guard: (text: string) => string): void
  /** As an operator, who may speak of all calls. @returns what became of each, in their order */
  say(said: readonly Said[]): Promise<readonly Fate[]>
  counted(): readonly Count[]
}
