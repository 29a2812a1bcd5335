import { definePlugin, type Plugin } from '../../src/contract/plugin.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** A provider inside the gateway whose answers come in exactly the pieces that a test wants. */
export interface Script {
  readonly plugin: Plugin
  /** The body of the last call. */
  readonly sent: () => string
  /** What the next calls are answered with: one read for each piece, or a stream of the test's own for one call. */
  say(pieces: readonly Bytes[] | ReadableStream<Bytes>, end?: 'close' | 'break'): void
}

/** Its models are called `NAME/any`. */
export function createScript(name: string, asksUsage: boolean, wire = 'openai-chat'): Script {
  let pieces: readonly Bytes[] = []
  let own: ReadableStream<Bytes> | undefined
  let ending: 'close' | 'break' = 'close'
  let sent = ''

  function stream(): ReadableStream<Bytes> {
    let at = 0
    return new ReadableStream<Bytes>({
      pull(controller) {
        const piece = pieces[at++]
        if (piece !== undefined) controller.enqueue(piece)
        else if (ending === 'close') controller.close()
        else controller.error(Object.assign(new Error('The socket broke'), { code: 'ECONNRESET' }))
      },
    })
  }

  return {
    sent: () => sent,
    say(given, end = 'close') {
      own = given instanceof ReadableStream ? given : undefined
      pieces = given instanceof ReadableStream ? [] : given.filter(piece => piece.length > 0)
      ending = end
    },
    plugin: definePlugin({
      name,
      about: 'Answers what a test says.',
      setup: () => ({
        providers: [
          {
            name,
            type: name,
            wires: new Set([wire]),
            asksUsage,
            call({ body }) {
              sent = String(body)
              return new Response(own ?? stream(), { headers: { 'content-type': 'text/event-stream' } })
            },
          },
        ],
      }),
    }),
  }
}

/** The pieces that cuts at these offsets make. */
export const cutAt = (bytes: Bytes, offsets: readonly number[]): Bytes[] =>
  [0, ...offsets].map((offset, i) => bytes.subarray(offset, offsets[i] ?? bytes.length))

export const cutEvery = (bytes: Bytes, size: number): Bytes[] =>
  cutAt(
    bytes,
    Array.from({ length: Math.max(0, Math.ceil(bytes.length / size) - 1) }, (_, i) => (i + 1) * size),
  )
