import type { House } from '../kernel/house.ts'
import { MASTER } from '../kit.ts'
import { openBookHouse } from '../usage/book.ts'

/** A gateway with two models, callers at several paths, and what they say of answers. */
export async function openFeedback(env: Record<string, string> = {}) {
  const { house, book } = await openBookHouse({ env })
  const { test } = house

  let cookie: Promise<string> | undefined

  async function call(key: string, model = 'openai/one'): Promise<string> {
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] })
    const answer = await house.send(body, { headers: { authorization: `Bearer ${key}` } })
    await answer.text()
    return answer.headers.get('x-request-id')!
  }

  const say = (key: string, body: object) =>
    test.json('/v1/feedback', {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  async function html(path: string): Promise<string> {
    cookie ??= signIn(test)
    return (await test.fetch(path, { headers: { cookie: await cookie } })).text()
  }

  return {
    ...{ house, book, test, call, say },
    key: async (input: object): Promise<string> =>
      (await test.admin('POST', '/admin/keys', { name: 'Caller', ...input })).body.key,
    /** What is kept, newest first. */
    list: async (query = '') => (await test.admin('GET', `/admin/feedback${query}`)).body.data,
    /** What one is told who is signed in, as text. */
    async page(path: string) {
      return (await html(path))
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .replaceAll('&quot;', '"')
    },
    /** Presses a button of a form on a page: what it sends, with what stands in the form. */
    async press(path: string, form: Record<string, string>) {
      const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(await html(path)) ?? []
      return test.fetch('/dashboard/requests/score', {
        method: 'POST',
        headers: { cookie: await cookie!, host: 'localhost:8080', origin: 'http://localhost:8080' },
        body: new URLSearchParams({ csrf, ...form }),
      })
    },
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  }
}

export type FeedbackScene = Awaited<ReturnType<typeof openFeedback>>

async function signIn(test: House['test']): Promise<string> {
  const { headers } = await test.fetch('/sign-in', {
    method: 'POST',
    headers: { host: 'localhost:8080' },
    body: new URLSearchParams({ key: MASTER }),
  })
  return headers.get('set-cookie')!.split(';')[0]!
}
