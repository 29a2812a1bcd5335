import { readFileSync } from 'node:fs'
import { shortHash } from './short-hash.ts'

/** A file that pages load. */
export interface Asset {
  /** How markup calls it: `app.css`. */
  readonly name: string
  /** Its name with a hash of what is in it, so that browsers may keep it for ever: `app-3f2a91c0.css`. */
  readonly file: string
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Later sheets refine earlier ones. */
const styles = [
  'base',
  'frame',
  'controls',
  'table',
  'models',
  'keys',
  'explain',
  'connect',
  'playground',
  'upstreams',
  'dialog',
  'usage',
  'narrow',
].map(name => `./styles/${name}.css`)

const files: readonly { readonly name: string; readonly type: string; readonly from: readonly string[] }[] = [
  { name: 'app.css', type: 'text/css; charset=utf-8', from: styles },
  { name: 'app.js', type: 'text/javascript; charset=utf-8', from: ['./app.js', './stream.js'] },
  { name: 'htmx.js', type: 'text/javascript; charset=utf-8', from: ['htmx.org/dist/htmx.min.js'] },
  { name: 'icon.svg', type: 'image/svg+xml', from: ['./icon.svg'] },
]

let read: readonly Asset[] | undefined

/** Everything a page loads, from here and from nowhere else. */
export function readAssets(): readonly Asset[] {
  read ??= files.map(({ name, type, from }) => {
    const text = from.map(file => readFileSync(new URL(import.meta.resolve(file)), 'utf8')).join('\n')
    const bytes = new TextEncoder().encode(text)
    return { name, type, bytes, file: name.replace('.', `-${shortHash(bytes)}.`) }
  })
  return read
}

/** The addresses of all assets by name, for a gateway below `base`. */
export const loadAssets = (base: string): { readonly assets: Readonly<Record<string, string>> } => ({
  assets: Object.fromEntries(readAssets().map(({ name, file }) => [name, `${base}/assets/${file}`])),
})
