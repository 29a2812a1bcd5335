import type { Socket } from 'bun'
import type { Arriving } from './arriving.ts'
import { mistrust, type Origin } from './origin.ts'
import { createParser, type ParsedHead } from './parser.ts'

/** So many connections are kept for later at one origin. */
const KEPT = 256
/** Milliseconds of silence after which the system asks whether the other side still lives: models may think for minutes. */
const PROBE = 60_000
/** Servers keep connections for seconds at least, and one that was closed meanwhile says so at once (ms). */
const LONG = 1000
const AT_ONCE = 1000

/** One connection: one call at a time, written at once, and its answer. */
export class Connection {
  /** Since when nobody has used it (monotonic ms). */
  idleSince = 0
  readonly #origin: Origin
  readonly #parser = createParser({
    // A second answer to one question is nobody's: see below.
    onBegin: () => {
      if (this.#isAnswered) this.#isLast = true
    },
    onHead: head => this.#begin(head),
    onBody: bytes => {
      if (!this.#isAnswered) this.#current?.push(bytes)
    },
    onEnd: () => this.#end(),
  })
  #socket: Socket<Connection> | undefined
  /** Ready to be written to; where TLS is spoken, the other side has shown who it is. */
  #isReady = false
  #isClosed = false
  #isStray = false
  /** It has carried a call before. */
  #isUsed = false
  #current: Arriving | undefined
  #askedAt = 0
  /** What the system did not take yet. */
  #unsent: Uint8Array | undefined
  /** Something of the answer has come. */
  #isHeard = false
  /** All of it has. */
  #isAnswered = false
  /** Nothing may follow it. */
  #isLast = false

  constructor(origin: Origin) {
    this.#origin = origin
    const { hostname, port, isSecure } = origin
    const tls = isSecure ? { tls: true as const } : {}
    Bun.connect<Connection>({ hostname, port, ...tls, data: this, socket: events }).catch(error =>
      this.closed(error),
    )
  }

  /** The answer is told to the call itself. */
  send(call: Arriving): void {
    call.goOver(this)
    this.#current = call
    this.#askedAt = performance.now()
    this.#isHeard = this.#isAnswered = this.#isLast = false
    if (this.#isReady) this.#write(call)
  }

  pause(): void {
    this.#socket?.pause()
  }

  resume(): void {
    this.#socket?.resume()
  }

  /** A call is given up, and the connection with it: what is still to come must not be taken for another answer. */
  drop(call: Arriving): void {
    if (this.#current !== call) return
    this.#current = undefined
    this.#isClosed = true
    if (this.#socket === undefined) this.#stray(true)
    else this.#socket.terminate()
  }

  /** Closes a connection that carries no call. */
  leave(): void {
    this.#forget()
    this.#isClosed = true
    if (this.#socket !== undefined) close(this.#socket)
  }

  opened(socket: Socket<Connection>): void {
    this.#socket = socket
    this.#stray(false)
    if (this.#isClosed) socket.terminate()
    else if (this.#origin.shuns?.(socket.remoteAddress)) {
      this.closed(new Error('The name leads to an address that must not be called'))
      socket.terminate()
    } else if (!this.#origin.isSecure) this.#ready(socket)
  }

  /** The other side has shown who it is, or has not. */
  shaken(socket: Socket<Connection>, isProven: boolean, why: Error | null): void {
    if (isProven && why === null && socket.authorized) this.#ready(socket)
    else {
      this.closed(why ?? new Error('The certificate could not be verified'))
      socket.terminate()
    }
  }

  heard(bytes: Uint8Array): void {
    const call = this.#current
    // Nobody has asked: whatever this is, it must never be taken for the answer to somebody's next question.
    if (call === undefined) this.leave()
    else this.#read(call, bytes)
  }

  drained(): void {
    const unsent = this.#unsent
    if (unsent === undefined) return
    const size = this.#socket!.write(unsent)
    if (size < 0) this.closed()
    else this.#unsent = size < unsent.length ? unsent.subarray(size) : undefined
  }

  closed(error?: unknown): void {
    this.#forget()
    this.#stray(false)
    const call = this.#current
    if (!this.#isClosed) this.#mistrust()
    this.#isClosed = true
    if (call === undefined) return
    // Some answers end with their connection.
    if (error === undefined && call.status >= 200 && this.#parser.finish() === undefined) call.tell()
    this.#current = undefined
    if (this.#isStale() && !call.isAgain) {
      call.isAgain = true
      new Connection(this.#origin).send(call)
    } else call.fail(error ?? cut())
  }

  /**
   * What was kept for long may be closed by the other side just when it is used again: it has not read the question
   * then. After any other end it may have, and to ask a model twice costs twice.
   */
  #isStale(): boolean {
    if (!this.#isUsed || this.#isHeard) return false
    return this.#askedAt - this.idleSince > LONG && performance.now() - this.#askedAt < AT_ONCE
  }

  /** Who closed right behind an answer does so again. */
  #mistrust(): void {
    const isBetween = this.#current === undefined || !this.#isHeard
    if (this.#isUsed && isBetween && performance.now() - this.idleSince < LONG) mistrust(this.#origin)
  }

  #ready(socket: Socket<Connection>): void {
    socket.setNoDelay(true)
    socket.setKeepAlive(true, PROBE)
    this.#isReady = true
    if (this.#current === undefined) this.#rest()
    else this.#write(this.#current)
  }

  #write({ sent: { text, size } }: Arriving): void {
    this.#socket!.ref()
    const written = this.#socket!.write(text)
    if (written < 0) this.closed()
    else if (written < size) this.#unsent = Buffer.from(text).subarray(written)
  }

  #read(call: Arriving, bytes: Uint8Array): void {
    this.#isHeard = true
    const understood = this.#parser.execute(bytes)
    if (this.#isAnswered) {
      this.#current = undefined
      // What follows a complete answer is nobody's.
      if (this.#isLast || this.#unsent !== undefined || understood !== bytes.length) this.leave()
      else this.#rest()
    } else if (understood instanceof Error) this.#fail(call, understood)
    // Nobody has asked for another protocol.
    else if (call.status === 101) this.#fail(call, new Error('The upstream changes the protocol'))
    call.tell()
  }

  #fail(call: Arriving, error: Error): void {
    this.drop(call)
    call.fail(error)
  }

  /** True where no body follows, whatever the headers say. */
  #begin(head: ParsedHead): boolean {
    if (!this.#isAnswered) this.#current?.begin(head)
    this.#isLast ||= head.isLast
    return this.#current?.sent.method === 'HEAD'
  }

  #end(): void {
    const call = this.#current
    // Those below 200 only say that the answer will come.
    if (call === undefined || call.status < 200) return
    this.#isAnswered = true
    call.finish()
  }

  #rest(): void {
    const { idle, keepsFrom } = this.#origin
    this.#isUsed = true
    this.idleSince = performance.now()
    if (idle.length < KEPT && this.idleSince >= keepsFrom) {
      // A process that has nothing else to do need not wait for it.
      this.#socket?.unref()
      idle.push(this)
    } else this.leave()
  }

  /** The runtime ends no connection that is still being made: the system gives up after minutes. */
  #stray(isStray: boolean): void {
    if (this.#isStray === isStray) return
    this.#isStray = isStray
    this.#origin.strays += isStray ? 1 : -1
  }

  #forget(): void {
    const at = this.#origin.idle.indexOf(this)
    if (at >= 0) this.#origin.idle.splice(at, 1)
  }
}

const cut = (): Error =>
  Object.assign(new Error('The connection was closed before the answer was complete'), { code: 'ECONNRESET' })

/** `end` would wait, where TLS is spoken, for a word of the other side. The types do not know this one. */
const close = (socket: Socket<Connection>): void => (socket as Socket<Connection> & { close(): void }).close()

/** What the runtime tells of all connections. */
const events = {
  open: (socket: Socket<Connection>) => socket.data.opened(socket),
  handshake: (socket: Socket<Connection>, isProven: boolean, why: Error | null) =>
    socket.data.shaken(socket, isProven, why),
  data: (socket: Socket<Connection>, bytes: Buffer) => socket.data.heard(bytes),
  drain: (socket: Socket<Connection>) => socket.data.drained(),
  end: (socket: Socket<Connection>) => {
    socket.data.closed()
    socket.end()
  },
  close: (socket: Socket<Connection>) => socket.data.closed(),
  error: (socket: Socket<Connection>, error: Error) => socket.data.closed(error),
  connectError: (socket: Socket<Connection>, error: Error) => socket.data.closed(error),
}
