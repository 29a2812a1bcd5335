import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { joinBytes } from './bytes.ts'

/** A queue of lines on disk: what was appended and synced survives the process. Blocks while it works: for worker threads. */
export interface Spool {
  /**
   * Adds a line, without a line feed in it. False when the bound is reached.
   *
   * @throws when the disk takes nothing.
   */
  append(line: string): boolean
  /** Everything appended until now is on disk. */
  sync(): void
  /** The oldest lines that are not done, about `size` bytes of them; undefined when there are none. */
  read(size: number): Lines | undefined
  /** Bytes that are not done. */
  waiting(): number
  /** To be called every few seconds: tells others that this spool is alive, and takes over those of the dead. */
  beat(): void
  /** Removes what is done; the rest stays for whoever comes next. */
  close(): void
}

export interface Lines {
  readonly lines: readonly string[]
  /** Lines that could not be read: torn by a crash, or damaged. */
  readonly torn: number
  /** They need not be read again. */
  done(): void
}

export interface SpoolOptions {
  readonly folder: string
  /** When this process began (milliseconds since 1970): tells it from earlier ones with its number. */
  readonly origin: number
  /** A UUID. Who opens a spool with the same one is its heir, and takes over at once: the one before must have ended. */
  readonly owner: string
  /** Bytes on disk, all segments together. */
  readonly limit: number
  readonly now?: () => number
}

/** One file. Only its owner appends; `done` is how far it need not be read again. */
interface Segment {
  readonly path: string
  readonly fd: number
  size: number
  done: number
}

/** A new file is begun at this size (bytes), so that room comes back while others wait. */
const ROTATE = 32 * 1024 * 1024
/** A file that is all done is emptied from this size on. */
const EMPTY_FROM = 256 * 1024
/** A spool without a sign of life for so long (milliseconds) is dead. */
const STALE = 60_000
const NAME = /^(?<pid>\d+)-(?<began>\d+)-(?<heir>[\w-]{36})-\w+\.spool$/
const LINE_FEED = 10
const END = new Uint8Array([LINE_FEED])
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Opens a spool of its own in a folder that others may use too, and takes over what dead ones have left there. */
export function openSpool({ folder, origin, owner, limit, now = Date.now }: SpoolOptions): Spool {
  mkdirSync(folder, { recursive: true })
  const own = () => join(folder, `${process.pid}-${origin}-${owner}-${crypto.randomUUID().slice(0, 8)}.spool`)
  /** Oldest first; the last is written to, if it is `active`. */
  const segments: Segment[] = []
  let active: Segment | undefined
  adopt()

  function begin(): Segment {
    const path = own()
    const segment = { path, fd: openSync(path, 'ax+', 0o600), size: 0, done: 0 }
    segments.push(segment)
    active = segment
    return segment
  }

  /** Takes over the segments of spools that are dead. Renaming decides between two that want the same. */
  function adopt(): void {
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name)
      if (segments.some(segment => segment.path === path) || !isLeft(name, path)) continue
      const mine = own()
      try {
        renameSync(path, mine)
        const fd = openSync(mine, 'r+')
        segments.unshift({ path: mine, fd, size: fstatSync(fd).size, done: 0 })
      } catch {
        // Somebody else was faster.
      }
    }
  }

  function isLeft(name: string, path: string): boolean {
    const { pid, began, heir } = NAME.exec(name)?.groups ?? {}
    if (pid === undefined) return false
    const isEarlier = Number(pid) === process.pid ? Number(began) !== origin : !isAlive(Number(pid))
    return (
      isEarlier ||
      heir === owner ||
      now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now()) > STALE
    )
  }

  function append(line: string): boolean {
    const text = encoder.encode(line)
    const bytes = joinBytes([encoder.encode(`${checksum(text)} `), text, END])
    if (total() + bytes.length > limit) return false
    // Somebody who took this process for dead may have removed the file; what was in it is in the database then.
    if (active !== undefined && (active.size > ROTATE || fstatSync(active.fd).nlink === 0)) retire(active)
    const segment = active ?? begin()
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(segment.fd, bytes, at)
    } catch (error) {
      takeBack(segment)
      throw error
    }
    segment.size += bytes.length
    return true
  }

  /** Half a line must not spoil the next one. */
  function takeBack(segment: Segment): void {
    try {
      ftruncateSync(segment.fd, segment.size)
    } catch {
      active = undefined
    }
  }

  function retire(segment: Segment): void {
    fsyncSync(segment.fd)
    active = undefined
    if (segment.done >= segment.size) remove(segment)
  }

  function read(size: number): Lines | undefined {
    const segment = segments.find(({ done, size }) => done < size)
    if (segment === undefined) return undefined
    const { text, length } = readLines(segment, size)
    const all = text === '' ? [] : text.slice(0, -1).split('\n')
    const lines = all.flatMap(line => {
      const payload = line.slice(9)
      return line[8] === ' ' && line.slice(0, 8) === checksum(payload) ? [payload] : []
    })
    return {
      lines,
      torn: all.length - lines.length,
      done() {
        segment.done += length
        if (segment.done < segment.size) return
        if (segment !== active) remove(segment)
        else if (segment.size >= EMPTY_FROM) empty(segment)
      },
    }
  }

  function remove(segment: Segment): void {
    segments.splice(segments.indexOf(segment), 1)
    if (segment === active) active = undefined
    closeSync(segment.fd)
    try {
      unlinkSync(segment.path)
    } catch {
      // It is gone already.
    }
  }

  const total = () => segments.reduce((sum, { size }) => sum + size, 0)
  const waiting = () => segments.reduce((sum, { size, done }) => sum + size - done, 0)

  return {
    append,
    read,
    waiting,
    sync: () => (active === undefined ? undefined : fsyncSync(active.fd)),
    beat() {
      const at = new Date(now())
      for (const { path } of segments) {
        try {
          utimesSync(path, at, at)
        } catch {
          // Removed by somebody else: `append` sees to it.
        }
      }
      adopt()
    },
    close() {
      for (const segment of [...segments]) {
        if (segment.done >= segment.size) remove(segment)
        else {
          fsyncSync(segment.fd)
          closeSync(segment.fd)
        }
      }
      segments.length = 0
      active = undefined
    },
  }
}

function empty(segment: Segment): void {
  ftruncateSync(segment.fd, 0)
  segment.size = segment.done = 0
}

/** Whole lines from where the segment is not done. What has no line end at the end of a file is skipped with it. */
function readLines({ fd, size, done }: Segment, wanted: number): { text: string; length: number } {
  for (let want = wanted; ; want *= 4) {
    const bytes = new Uint8Array(Math.min(want, size - done))
    const length = readSync(fd, bytes, 0, bytes.length, done)
    const end = bytes.lastIndexOf(LINE_FEED, length - 1) + 1
    if (end > 0) return { text: decoder.decode(bytes.subarray(0, end)), length: end }
    if (length >= size - done || length === 0) return { text: '', length: size - done }
  }
}

const checksum = (line: string | Uint8Array): string => crc32(line).toString(16).padStart(8, '0')

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}
