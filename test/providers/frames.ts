/** Recorded events, framed as each provider frames them. */

const encoder = new TextEncoder()

function header(name: string, value: string): Uint8Array {
  const [key, text] = [encoder.encode(name), encoder.encode(value)]
  const STRING = 7
  return Uint8Array.from([key.length, ...key, STRING, text.length >> 8, text.length & 255, ...text])
}

const u32 = (value: number): Uint8Array =>
  Uint8Array.from([value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255])

/** Bedrock's binary event stream (application/vnd.amazon.eventstream): the name of the event is a header of its frame. */
function toBinary(line: string): Uint8Array {
  const [[name, payload]] = Object.entries(JSON.parse(line) as object) as [[string, unknown]]
  const isException = name.endsWith('Exception')
  const headers = Buffer.concat([
    header(isException ? ':exception-type' : ':event-type', name),
    header(':content-type', 'application/json'),
    header(':message-type', isException ? 'exception' : 'event'),
  ])
  const body = encoder.encode(JSON.stringify(payload))
  const prelude = Buffer.concat([u32(headers.length + body.length + 16), u32(headers.length)])
  const unsealed = Buffer.concat([prelude, u32(Bun.hash.crc32(prelude)), headers, body])
  return Buffer.concat([unsealed, u32(Bun.hash.crc32(unsealed))])
}

export const mediaTypeOfAnswer = (provider: string): string =>
  provider === 'amazon-bedrock' ? 'application/vnd.amazon.eventstream' : 'text/event-stream'

export function toEventStream(provider: string, lines: readonly string[]): Uint8Array<ArrayBuffer> {
  if (provider === 'amazon-bedrock') return new Uint8Array(Buffer.concat(lines.map(toBinary)))
  const named = (line: string) => {
    const { type } = JSON.parse(line) as { type?: string }
    return provider === 'anthropic' ? `event: ${type}\ndata: ${line}\n\n` : `data: ${line}\n\n`
  }
  const end = ['mistral', 'xai', 'openai'].includes(provider) ? 'data: [DONE]\n\n' : ''
  return new Uint8Array(encoder.encode(lines.map(named).join('') + end))
}
