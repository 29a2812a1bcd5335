/** What models can be shown. */
const allowed =
  /^(?:image|audio|video|text)\/[\w.+-]+$|^application\/(?:pdf|json|xml|rtf|x-ndjson|msword|vnd\.(?:openxmlformats-officedocument|oasis\.opendocument|ms-)[\w.-]*)$/

/** What servers say that do not know. */
const unknown = /^(?:|(?:application|binary)\/octet-stream|application\/(?:binary|unknown|force-download))$/

/** How files begin: hex from a byte on; `..` is any byte. */
const beginnings: readonly (readonly [mediaType: string, hex: string, from?: number])[] = [
  ['image/png', '89504e470d0a1a0a'],
  ['image/jpeg', 'ffd8ff'],
  ['image/gif', '47494638'],
  ['image/webp', '52494646........57454250'],
  ['image/bmp', '424d'],
  ['image/avif', '6674797061766966', 4],
  ['image/heic', '6674797068656963', 4],
  ['application/pdf', '25504446'],
  ['audio/wav', '52494646........57415645'],
  ['audio/mpeg', '494433'],
  ['audio/mpeg', 'fffb'],
  ['audio/ogg', '4f676753'],
  ['audio/flac', '664c6143'],
  ['video/webm', '1a45dfa3'],
  ['video/mp4', '66747970', 4],
]

/**
 * The media type of a file, from what a server says, or where it does not know from how the file begins; undefined for
 * what no model can be shown.
 */
export function mediaTypeOf(contentType: string | null, bytes: Uint8Array): string | undefined {
  const said = (contentType ?? '').split(';')[0]!.trim().toLowerCase()
  const type = unknown.test(said) ? sniff(bytes) : said === 'image/jpg' ? 'image/jpeg' : said
  return type !== undefined && allowed.test(type) ? type : undefined
}

/** A page where a picture was wanted is a login page, or a mistake. */
export function isAsWanted(wanted: string, found: string): boolean {
  const [kind] = wanted.split('/')
  if (kind === 'image' || kind === 'audio' || kind === 'video') return found.startsWith(`${kind}/`)
  return found !== 'text/html' || kind === 'text' || kind === '*'
}

function sniff(bytes: Uint8Array): string | undefined {
  const start = [...bytes.subarray(0, 16)].map(byte => byte.toString(16).padStart(2, '0')).join('')
  return beginnings.find(([, hex, from = 0]) => new RegExp(`^.{${from * 2}}${hex}`).test(start))?.[0]
}
