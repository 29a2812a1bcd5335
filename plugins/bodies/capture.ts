/** What went out to a caller whose bodies are logged. */
export interface Capture {
  /** Data of events, or the one text of a whole answer. */
  readonly parts: string[]
  /** Characters that were kept. */
  kept: number
  isCut: boolean
  isStream: boolean
}

/** Collects what passes, up to `limit` characters, and changes nothing. */
export function createCapture(
  isStream: boolean,
  limit: number,
): { readonly capture: Capture; readonly tap: (data: string) => string } {
  const capture: Capture = { parts: [], kept: 0, isCut: false, isStream }
  return {
    capture,
    tap(data) {
      // A stream consists of small events: the one that does not fit is left out, and so are those behind it.
      if (capture.isCut || (isStream && capture.kept + data.length > limit)) capture.isCut = true
      else {
        capture.parts.push(data)
        capture.kept += data.length
      }
      return data
    },
  }
}
