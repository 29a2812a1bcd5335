import { expect } from 'bun:test'
import { MASTER } from './kit.ts'

export const bearer = { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' }

/** What operators and callers send to the gateway whose pages are looked at. */
export function createCalls(origin: () => string) {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely, and fail where they guess wrong
  async function send(method: string, path: string, body?: object): Promise<any> {
    const init = { method, headers: bearer, ...(body && { body: JSON.stringify(body) }) }
    const response = await fetch(origin() + path, init)
    expect([path, response.ok]).toEqual([path, true])
    return response.json()
  }
  return {
    send,
    async call(
      model: string,
      headers: Readonly<Record<string, string>> = {},
      more: object = {},
    ): Promise<void> {
      const body = JSON.stringify({
        model,
        messages: [{ role: 'user', content: 'Good morning to you' }],
        ...more,
      })
      const init = { method: 'POST', headers: { ...bearer, ...headers }, body }
      await (await fetch(`${origin()}/v1/chat/completions`, init)).text()
    },
    /** Calls are written a moment after they were made. */
    async recorded(calls: number): Promise<void> {
      for (let i = 0; i < 200; i++) {
        if ((await send('GET', '/admin/usage')).total.calls === calls) return
        await Bun.sleep(50)
      }
      throw new Error(`There are still not ${calls} calls`)
    },
  }
}
