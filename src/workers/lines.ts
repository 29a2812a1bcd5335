/** Takes what arrives in pieces and gives on whole lines, so that those of several writers do not run into each other. */
export function createLines(write: (lines: string) => void): { add(piece: Uint8Array): void; end(): void } {
  const decoder = new TextDecoder()
  let rest = ''
  return {
    add(piece) {
      const text = rest + decoder.decode(piece, { stream: true })
      const end = text.lastIndexOf('\n') + 1
      rest = text.slice(end)
      if (end > 0) write(text.slice(0, end))
    },
    /** Whoever was killed may have left half a line. */
    end() {
      if (rest !== '') write(`${rest}\n`)
      rest = ''
    },
  }
}
