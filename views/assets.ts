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
  'limits',
  'guardrails',
  'cache',
  'explain',
  'connect',
  'playground',
  'upstreams',
  'tools',
  'dialog',
  'usage',
  'portal',
  'overview',
  'notices',
  'rollouts',
  'history',
  'house',
  'settings',
  'narrow',
  'print',
].map(name => `./styles/${name}.css`)

const files: readonly { readonly name: string; readonly type: string; readonly from: readonly string[] }[] = [
  { name: 'app.css', type: 'text/css; charset=utf-8', from: styles },
  { name: 'app.js', type: 'text/javascript; charset=utf-8', from: ['./app.js', './stream.js'] },
  { name: 'htmx.js', type: 'text/javascript; charset=utf-8', from: ['htmx.org/dist/htmx.min.js'] },
  { name: 'icon.svg', type: 'image/svg+xml', from: ['./icon.svg'] },
]

/** Imported rather than read: `bun run dev` watches what is imported. */
const textOf = async (file: string): Promise<string> =>
  ((await import(file, { with: { type: 'text' } })) as { readonly default: string }).default

const assets: readonly Asset[] = await Promise.all(
  files.map(async ({ name, type, from }) => {
    const bytes = new TextEncoder().encode((await Promise.all(from.map(textOf))).join('\n'))
    return { name, type, bytes, file: name.replace('.', `-${shortHash(bytes)}.`) }
  }),
)

/** Everything a page loads, from here and from nowhere else. */
export const readAssets = (): readonly Asset[] => assets

/** The addresses of all assets by name, for a gateway below `base`. */
export const loadAssets = (base: string): { readonly assets: Readonly<Record<string, string>> } => ({
  assets: Object.fromEntries(assets.map(({ name, file }) => [name, `${base}/assets/${file}`])),
})
