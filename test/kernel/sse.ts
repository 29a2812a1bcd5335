/** Server-sent events as the WHATWG grammar reads them, written apart from the gateway's own reader. */
export function readEvents(text: string): { readonly data: readonly string[]; readonly tail: string } {
  const data: string[] = []
  let fields: string[] = []
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)
  const tail = lines.pop() ?? ''
  for (const line of lines) {
    if (line !== '') {
      const field = /^data(?:: ?(.*))?$/s.exec(line)
      if (field) fields.push(field[1] ?? '')
      continue
    }
    if (fields.length > 0) data.push(fields.join('\n'))
    fields = []
  }
  return { data, tail: fields.length > 0 ? `${fields.join('\n')}${tail}` : tail }
}

interface Failed {
  readonly error: { readonly message: string; readonly code: string | null }
}

/** The error events of a stream; every event must be JSON or `[DONE]`, and the last one complete. */
export function errorsOf(text: string): Failed['error'][] {
  const { data, tail } = readEvents(text)
  if (tail !== '') throw new Error(`The stream ends inside an event: ${tail.slice(0, 200)}`)
  return data
    .filter(event => event !== '[DONE]')
    .map(event => JSON.parse(event) as Partial<Failed>)
    .flatMap(({ error }) => (error == null ? [] : [error]))
}
