import { MASTER } from '../kit.ts'
import type { Desk } from './desk.ts'

export type Browser = Awaited<ReturnType<typeof signIn>>

/** Pages as a browser without scripts sees them, to whom an operator has signed in; `page` is the one looked at unless it says so. */
export async function signIn(desk: Desk, page: string) {
  const send = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    desk.test.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    })
  const signedIn = await send('/sign-in', { key: MASTER })
  const cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!
  const look = async (query = '', path = page): Promise<string> =>
    (await desk.test.fetch(`${path}${query}`, { headers: { cookie } })).text()
  const csrf = /name="csrf" value="([^"]+)"/.exec(await look('', '/dashboard/limits?new'))![1]!
  return { cookie, csrf, look, send }
}

/** What people read of markup. */
export const visible = (markup: string): string =>
  markup
    .replaceAll('<wbr/>', '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
