import { shell } from '../../views/quote.ts'

/** Where the page that asks is seen. */
export interface Seen {
  /** With the base path: `https://models.example.com/llm`. */
  readonly address: string
  /** The gateway asks for no key. */
  readonly isOpen: boolean
}

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
