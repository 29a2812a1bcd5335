import type { Desk } from './desk.ts'
import { textOf } from './heard.ts'

/** Bytes that stand for sound, every value among them. */
export const speech: Desk = ({ json }) => ({
  body: Buffer.concat([
    Buffer.from(`${textOf(json.voice)}:${textOf(json.input).length}:`),
    Buffer.from(Array.from({ length: 1024 }, (_, i) => i % 256)),
  ]),
  contentType: json.response_format === 'wav' ? 'audio/wav' : 'audio/mpeg',
})
