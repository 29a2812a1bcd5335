/** An error with its causes, for the log: where it happened, never what it was about. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = `${titleOf(error)}${traceOf(error)}`
  return error.cause === undefined ? own : `${own}\ncaused by ${describe(error.cause)}`
}

/** Why something failed, in one line: for the log, and for operators at a start. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).split('\n')[0]!
  if (isQuery(error)) return error.cause === undefined ? titleOf(error) : reasonOf(error.cause)
  return (error.message || error.name).split('\n')[0]!
}

/** A statement that failed. Its message holds the values too, which are what somebody wrote, or a secret. */
const isQuery = (error: Error): error is Error & { readonly query: string } =>
  'query' in error && typeof error.query === 'string' && 'params' in error

const titleOf = (error: Error): string =>
  isQuery(error) ? `Failed query: ${error.query.slice(0, 300)}` : `${error.name}: ${error.message}`

/** The lines of the stack behind the message. */
function traceOf({ stack = '' }: Error): string {
  const start = stack.search(/\n +at /)
  return start < 0 ? '' : stack.slice(start)
}
