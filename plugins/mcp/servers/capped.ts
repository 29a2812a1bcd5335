import { BrokenAnswer, TOO_LONG } from './failure.ts'

/** The same answer, which breaks where it is longer than it may be (bytes). */
export function capped({ body, status, statusText, headers }: Response, limit: number): Response {
  const head = { status, statusText, headers }
  if (body === null) return new Response(null, head)
  const reader = body.getReader()
  let size = 0
  const counted = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read()
      if (done) return controller.close()
      size += value.length
      if (size <= limit) return controller.enqueue(value)
      controller.error(new BrokenAnswer(TOO_LONG))
      await reader.cancel().catch(() => {})
    },
    cancel: reason => reader.cancel(reason),
  })
  return new Response(counted, head)
}
