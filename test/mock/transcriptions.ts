import type { Desk } from './desk.ts'

/** Says what it got. */
export const transcriptions: Desk = ({ form }) => {
  const file = form?.get('file')
  const text = file instanceof Blob ? `${file.size} bytes of ${(file as File).name}` : 'nothing'
  const format = form?.get('response_format')
  if (format === 'text') return { body: `${text}\n`, contentType: 'text/plain; charset=utf-8' }
  if (format === 'srt')
    return { body: `1\n00:00:00,000 --> 00:00:01,000\n${text}\n`, contentType: 'text/plain; charset=utf-8' }
  const usage = { type: 'duration', seconds: 1 }
  if (format !== 'verbose_json') return { body: JSON.stringify({ text, usage }) }
  const segments = [{ id: 0, start: 0, end: 1, text }]
  return {
    body: JSON.stringify({ task: 'transcribe', language: 'english', duration: 1, text, segments, usage }),
  }
}
