import { shell } from '../../views/quote.ts'
import type { Seen } from './calls.ts'

interface Sent {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isStream: boolean
}

/** The same call from a shell. Keys are kept as hashes: nobody can show one. */
export function curlOf({ address, isOpen }: Seen, path: string, { headers, body, isStream }: Sent): string {
  const all = { ...(!isOpen && { authorization: 'Bearer YOUR_KEY' }), ...headers }
  return [
    `curl${isStream ? ' -N' : ''} ${shell(address + path)}`,
    ...Object.entries(all).map(([name, value]) => `-H ${shell(`${name}: ${value}`)}`),
    `-d ${shell(body)}`,
  ].join(' \\\n  ')
}
