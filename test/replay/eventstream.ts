/** Amazon's binary event stream (application/vnd.amazon.eventstream), as Bedrock writes it. */
export function toEventStream(events: readonly Readonly<Record<string, unknown>>[]): Buffer {
  return Buffer.concat(events.map(toMessage))
}

function toMessage(event: Readonly<Record<string, unknown>>): Buffer {
  const [[name, payload] = ['', {}]] = Object.entries(event)
  const isException = name.endsWith('Exception')
  const headers = Buffer.concat([
    header(isException ? ':exception-type' : ':event-type', name),
    header(':content-type', 'application/json'),
    header(':message-type', isException ? 'exception' : 'event'),
  ])
  const body = Buffer.from(JSON.stringify(payload))
  const prelude = Buffer.alloc(8)
  prelude.writeUInt32BE(12 + headers.length + body.length + 4, 0)
  prelude.writeUInt32BE(headers.length, 4)
  const head = Buffer.concat([prelude, checksum(prelude), headers, body])
  return Buffer.concat([head, checksum(head)])
}

/** A name, the type "string", a value. */
function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(value.length)
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([7]),
    length,
    Buffer.from(value),
  ])
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(Bun.hash.crc32(bytes))
  return sum
}
