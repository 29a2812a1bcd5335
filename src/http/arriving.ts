import { type Bytes, joinBytes } from '../base/bytes.ts'
import type { Awaitable, ByteSource, StreamRead } from '../types.ts'
import { type Arrival, RawHeaders } from './arrival.ts'
import type { ParsedHead } from './parser.ts'

/** So much of a body is kept for a reader that is slow (bytes); then the upstream has to wait. */
const ENOUGH = 256 * 1024

/** The connection that an answer arrives on. */
interface Carrier {
  pause(): void
  resume(): void
  /** The answer is not wanted any more. */
  drop(arriving: Arriving): void
}

/** A request as it is sent. */
interface Sent {
  /** Head and body. */
  readonly text: string
  /** How many bytes that is. */
  readonly size: number
  readonly method: string
}

const NONE = new RawHeaders([])

/** One request and its answer, from the first byte sent to the last one read. */
export class Arriving implements Arrival, ByteSource {
  readonly sent: Sent
  /** Resolves when the head of the answer is here. */
  readonly head: Promise<Arriving>
  status = 0
  statusText = ''
  headers = NONE
  /** It goes once over each of two connections: the first was kept for too long. */
  isAgain = false
  /** The last byte is here, or will never be. */
  isOver = false
  #carrier: Carrier | undefined
  #pieces: Bytes[] = []
  #waiting = 0
  #isPaused = false
  #trouble: unknown
  #isAnnounced = false
  #resolveHead!: (arrival: Arriving) => void
  #rejectHead!: (error: unknown) => void
  #reader: { resolve(read: StreamRead): void; reject(error: unknown): void } | undefined
  readonly #signal: AbortSignal | undefined

  constructor(sent: Sent, signal: AbortSignal | undefined) {
    this.sent = sent
    this.head = new Promise((resolve, reject) => {
      this.#resolveHead = resolve
      this.#rejectHead = reject
    })
    this.#signal = signal
    signal?.addEventListener('abort', this)
  }

  get body(): ByteSource {
    return this
  }

  /** The whole body, if all of it is here and nobody has begun to read. */
  get whole(): Bytes | undefined {
    return this.isOver && this.#trouble === undefined ? joinBytes(this.#pieces) : undefined
  }

  goOver(carrier: Carrier): void {
    this.#carrier = carrier
  }

  /** One answer of the parser's: those before the last only say that more will come. */
  begin({ status, statusText, headers }: ParsedHead): void {
    this.status = status
    this.statusText = statusText
    this.headers = new RawHeaders(headers)
  }

  push(piece: Bytes): void {
    this.#pieces.push(piece)
    this.#waiting += piece.length
    if (this.#waiting <= ENOUGH || this.#isPaused || this.#reader !== undefined) return
    this.#isPaused = true
    this.#carrier?.pause()
  }

  finish(): void {
    this.isOver = true
    this.#signal?.removeEventListener('abort', this)
    // The connection carries other calls from now on: none may wait for the reader of this one.
    this.#resume()
  }

  fail(error: unknown): void {
    if (this.isOver) return
    this.#trouble = error
    this.finish()
    this.tell()
  }

  /** Tells what arrived to those who wait for it, once for all that came together. */
  tell(): void {
    if (!this.#isAnnounced && (this.status >= 200 || this.#trouble !== undefined)) {
      this.#isAnnounced = true
      if (this.status >= 200) this.#resolveHead(this)
      else this.#rejectHead(this.#trouble)
    }
    const reader = this.#reader
    if (reader === undefined || (this.#pieces.length === 0 && !this.isOver)) return
    this.#reader = undefined
    if (this.#pieces.length === 0 && this.#trouble !== undefined) reader.reject(this.#trouble)
    else reader.resolve(this.#take())
  }

  read(): Awaitable<StreamRead> {
    if (this.#pieces.length > 0) return this.#take()
    if (this.#trouble !== undefined) return Promise.reject(this.#trouble)
    if (this.isOver) return { done: true, value: undefined }
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject }
    })
  }

  #take(): StreamRead {
    if (this.#pieces.length === 0) return { done: true, value: undefined }
    const value = joinBytes(this.#pieces)
    this.#pieces = []
    this.#waiting = 0
    this.#resume()
    return { done: false, value }
  }

  #resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#carrier?.resume()
  }

  async cancel(): Promise<void> {
    this.#pieces = []
    if (this.isOver) return
    this.#carrier?.drop(this)
    this.finish()
    this.tell()
  }

  async bytes(): Promise<Bytes> {
    const pieces: Bytes[] = []
    for (;;) {
      const read = this.read()
      const { done, value } = read instanceof Promise ? await read : read
      if (done) return joinBytes(pieces)
      pieces.push(value)
    }
  }

  /** The signal was given. */
  handleEvent(): void {
    if (this.isOver) return
    this.#carrier?.drop(this)
    this.fail(this.#signal?.reason)
  }
}
