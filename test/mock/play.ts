import type { Account } from './ledger.ts'
import type { Plan } from './plan.ts'
import type { Reply } from './reply.ts'
import type { Wire } from './wire.ts'

/** Carries out the part of a plan that says when and how the answer goes over the wire. */
export async function play(reply: Reply, plan: Plan, wire: Wire, account: Account): Promise<void> {
  if (plan.hang) {
    await pause(wire, undefined)
    return account.close('client_closed')
  }
  if (plan.delayMs) await pause(wire, plan.delayMs)
  if (plan.reset) {
    wire.reset()
    return account.close('cut')
  }
  const limit = Math.min(plan.cutAfterBytes ?? Infinity, plan.endAfterBytes ?? Infinity)
  wire.send(plan.rawHead ?? renderHead(reply, plan))
  const sent = await sendBody(reply, plan, wire, { limit, account })
  if (wire.isGone()) return account.close('client_closed')
  if (plan.cutAfterBytes !== undefined) return cut(plan, wire, account)
  await finish(reply, plan, wire, sent)
  account.close(sent < limit ? 'complete' : 'cut')
}

function renderHead(reply: Reply, plan: Plan): string {
  const lines = [`HTTP/1.1 ${reply.status} ${reasons[reply.status] ?? 'Mock'}`]
  for (const [name, value] of Object.entries(reply.headers)) {
    for (const one of [value].flat()) lines.push(`${name}: ${one}`)
  }
  if (isFramed(reply, plan)) {
    const length = reply.pieces.reduce((sum, piece) => sum + piece.bytes.length, 0)
    lines.push(reply.isChunked ? 'transfer-encoding: chunked' : `content-length: ${length}`)
  }
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** The plan brings no framing of its own, so the body has an honest one. */
const isFramed = (reply: Reply, plan: Plan): boolean =>
  plan.rawHead === undefined &&
  !('content-length' in reply.headers) &&
  !('transfer-encoding' in reply.headers)

const reasons: Readonly<Record<number, string>> = { 200: 'OK', 400: 'Bad Request', 404: 'Not Found' }

interface Course {
  readonly limit: number
  readonly account: Account
}

/** Sends up to `limit` bytes of the body; returns how many went out. */
async function sendBody(reply: Reply, plan: Plan, wire: Wire, { limit, account }: Course): Promise<number> {
  const isChunked = reply.isChunked && isFramed(reply, plan)
  const parts = split(reply.pieces, plan.splitAt)
  const times = plan.repeat === 0 ? Infinity : (plan.repeat ?? 1)
  let sent = 0
  let count = 0
  for (let round = 0; round < times && sent < limit; round++) {
    const meter = createMeter(reply.pieces, account)
    for (const bytes of parts) {
      if (count++ > 0) await rest(wire, plan, count === 2)
      const part = bytes.subarray(0, limit - sent)
      if (part.length === 0 || wire.isGone()) return sent
      await wire.send(isChunked ? frame(part) : part)
      sent += part.length
      meter(part.length)
    }
  }
  return sent
}

/** Gives a piece's tokens once its last byte is out, however the bytes were cut. */
function createMeter(pieces: Reply['pieces'], account: Account): (bytes: number) => void {
  let at = 0
  let room = 0
  return bytes => {
    room += bytes
    for (let piece = pieces[at]; piece && piece.bytes.length <= room; piece = pieces[++at]) {
      room -= piece.bytes.length
      if (piece.tokens > 0) account.give(piece.tokens)
    }
  }
}

function split(pieces: Reply['pieces'], at: Plan['splitAt']): Uint8Array[] {
  if (at === undefined) return pieces.map(piece => piece.bytes)
  const whole = Buffer.concat(pieces.map(piece => piece.bytes))
  const offsets =
    typeof at === 'number'
      ? Array.from({ length: Math.ceil(whole.length / at) - 1 }, (_, i) => (i + 1) * at)
      : at.filter(offset => offset < whole.length)
  return [0, ...offsets]
    .map((offset, i) => whole.subarray(offset, offsets[i]))
    .filter(part => part.length > 0)
}

/** Pieces without a gap still go out in turns of their own, so that the client can tell them apart. */
const rest = (wire: Wire, plan: Plan, isFirst: boolean): Promise<void> => {
  const ms = (plan.gapMs ?? 0) + (isFirst ? (plan.silenceMs ?? 0) : 0)
  return ms > 0 ? pause(wire, ms) : turn()
}

export const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** Waits, for ever without a time, but never for a client that has left. */
function pause(wire: Wire, ms: number | undefined): Promise<void> {
  if (wire.isGone()) return Promise.resolve()
  return new Promise(resolve => {
    const timer = ms === undefined ? undefined : setTimeout(over, ms)
    const ignore = wire.onGone(over)
    function over(): void {
      clearTimeout(timer)
      ignore()
      resolve()
    }
  })
}

/** One chunk of a chunked body. */
const frame = (bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])

/** The client gets a moment to read: the end of a connection may overtake bytes that nobody has fetched. */
const GRACE = 50

async function cut(plan: Plan, wire: Wire, account: Account): Promise<void> {
  await pause(wire, GRACE)
  if (plan.cutBy === 'fin') wire.end()
  else wire.reset()
  account.close('cut')
}

async function finish(reply: Reply, plan: Plan, wire: Wire, sent: number): Promise<void> {
  const isHonest = isFramed(reply, plan) || Number(reply.headers['content-length']) === sent
  if (reply.isChunked && isFramed(reply, plan)) wire.send('0\r\n\r\n')
  if (isHonest) return wire.done()
  await pause(wire, GRACE)
  wire.end()
}
