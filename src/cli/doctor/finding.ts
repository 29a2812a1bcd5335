/** What was looked at, and how it is. */
export interface Finding {
  /** `configuration`, `provider openai`. */
  readonly name: string
  /** `note`: nothing is broken, and somebody may want to know. */
  readonly state: 'ok' | 'note' | 'bad'
  /** What is so. */
  readonly text: string
  /** What can be done about it. */
  readonly mend?: string
  /** How long it took (milliseconds). */
  readonly ms?: number
}

/** Runs something and says how long it took (whole milliseconds). */
export async function timed<T>(run: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const began = performance.now()
  const value = await run()
  return { value, ms: Math.round(performance.now() - began) }
}
