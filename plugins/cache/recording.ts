import { type Bytes, joinBytes } from '../../src/base/bytes.ts'
import type { Lens } from '../../src/contract/dialect.ts'
import { parseObject } from '../../src/contract/loose-json.ts'

/** Bytes that all recordings under way may still take. */
export interface Room {
  left: number
}

/** A stream on its way to a client, as it will be given again. */
export interface Recording {
  /** False where it will not be given again. */
  take(data: string, bytes: Bytes): boolean
  /** All of it, once; undefined where it was too long, or told of an error. Gives the room back. */
  end(): Bytes | undefined
}

/** @param longest bytes; what grows beyond it passes, and is not kept */
export function createRecording(lens: Lens | undefined, longest: number, room: Room): Recording {
  const events: Bytes[] = []
  let size = 0
  let isSpoilt = false

  function drop(): false {
    isSpoilt = true
    events.length = 0
    room.left += size
    size = 0
    return false
  }

  return {
    take(data, bytes) {
      if (isSpoilt) return false
      if (size + bytes.length > longest || bytes.length > room.left || isError(data, lens)) return drop()
      events.push(bytes)
      if (isHalved(bytes)) events.push(LINE_FEED)
      size += bytes.length
      room.left -= bytes.length
      return true
    },
    end() {
      // A copy: the events are parts of larger pieces, which would be kept with them.
      const body = isSpoilt || size === 0 ? undefined : joinBytes([...events, NOTHING])
      drop()
      return body
    },
  }
}

const NOTHING: Bytes = new Uint8Array()
const LINE_FEED: Bytes = new Uint8Array([10])
const HALF = [13, 10, 13]

/** Ends with `\r\n\r`: a piece ended there, and the other half of the line end follows without passing by here. */
const isHalved = (bytes: Bytes): boolean => HALF.every((byte, i) => bytes.at(i - HALF.length) === byte)

/** Most events do not even hold the word. */
const isError = (data: string, lens: Lens | undefined): boolean =>
  data.includes('"error"') && lens?.failure(parseObject(data)) !== undefined
