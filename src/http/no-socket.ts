/** Where there is an answer, but no WebSocket. */
export class NoSocket extends Error {
  override readonly name = 'NoSocket'
  readonly status: number

  constructor(status: number, cause: unknown) {
    super(`The other side answered with ${status} instead of a WebSocket`, { cause })
    this.status = status
  }
}
