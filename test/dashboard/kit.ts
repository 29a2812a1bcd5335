import { MASTER, type TestGateway } from '../kit.ts'

const HOST = { host: 'localhost:8080' }

/** What a browser does at one gateway; its cookies are good for every other one behind the same address. */
export function browse(house: TestGateway) {
  const post = (path: string, fields: Record<string, string>, cookie = '') =>
    house.fetch(path, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { ...HOST, cookie },
      redirect: 'manual',
    })
  const get = (path: string, cookie = '') =>
    house.fetch(path, { headers: { ...HOST, cookie }, redirect: 'manual' })
  const tokenOf = async (cookie: string) =>
    /name="csrf" value="([^"]+)"/.exec(await (await get('/dashboard/models', cookie)).text())?.[1] ?? ''
  return {
    get,
    tokenOf,
    trySignIn: (cookie = '', key = MASTER) => post('/sign-in', { key }, cookie),
    signIn: async (cookie = '') => cookieOf(await post('/sign-in', { key: MASTER }, cookie)),
    signOut: (cookie: string, csrf: string) => post('/sign-out', { csrf }, cookie),
    isIn: async (cookie: string) => (await get('/dashboard/models', cookie)).status === 200,
  }
}

/** The session that an answer gives. */
export const cookieOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map(text => text.split(';')[0]!)
    .find(text => /^(__Host-)?modelway=./.test(text)) ?? ''

/** What the page of the sign-in says went wrong. */
export const alertOf = async (response: Response): Promise<string | undefined> =>
  /role="alert">([^<]+)</.exec(await response.text())?.[1]?.trim()
