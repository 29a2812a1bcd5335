import type { TestGateway } from '../kit.ts'

/** What somebody does in a browser; signed in with `key`, where that opens something. */
export async function browsing(house: TestGateway, key: string) {
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    house.fetch(path, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' })
  const entered = await post('/portal/sign-in', { key })
  const cookie = entered.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const open = (path: string) => house.fetch(path, { headers: { cookie }, redirect: 'manual' })
  return {
    entered,
    cookie,
    open,
    read: async (path: string) => (await open(`/portal/${path}`)).text(),
    send: (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
      post(path, fields, { cookie, ...headers }),
    /** As a form of a page has it. */
    token: async (page: string) =>
      /name="csrf" value="([^"]+)"/.exec(await (await open(`/portal/${page}`)).text())?.[1] ?? '',
  }
}
