import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  SharedV4FileData,
} from '@ai-sdk/provider'
import { refuse } from '../errors.ts'
import type { Download, Downloaded } from './download.ts'
import { withLayer } from './layer.ts'
import { isAsWanted } from './media-type.ts'

/** Anything of a prompt that holds a file. */
interface FileHolder {
  readonly mediaType: string
  readonly data: SharedV4FileData
}

/** Files that one call may name, and bytes that they may have together. */
const FILES = 20
const BYTES = 50 * 1024 * 1024
/** Files that are fetched at the same time for one call. */
const AT_ONCE = 4

/** The part with other data. */
type Swap = <P extends FileHolder>(part: P) => P

/**
 * The same model for prompts with any URL: what the model does not fetch by itself is fetched here and goes along as
 * data. `readsToolUrls: false` where the URLs that it takes are not taken in the results of tools.
 */
export function withDownloads(
  model: LanguageModelV4,
  download: Download,
  { readsToolUrls = true }: { readonly readsToolUrls?: boolean } = {},
): LanguageModelV4 {
  async function inline(options: LanguageModelV4CallOptions): Promise<LanguageModelV4CallOptions> {
    const named: { part: FileHolder; inTool: boolean }[] = []
    mapFiles(options.prompt, (part, inTool) => {
      if (webUrlOf(part) !== undefined) named.push({ part, inTool })
      return part
    })
    if (named.length === 0) return options
    const supported = await model.supportedUrls
    const wanted = named.filter(
      ({ part, inTool }) =>
        (inTool && !readsToolUrls) || !isSupported(part.mediaType, webUrlOf(part)!, supported),
    )
    if (wanted.length === 0) return options
    const files = await fetchAll(
      wanted.map(({ part }) => part),
      download,
      options.abortSignal,
    )
    const swap: Swap = part => {
      const file = files.get(part)
      return file === undefined
        ? part
        : { ...part, mediaType: file.mediaType, data: { type: 'data', data: file.data } }
    }
    return { ...options, prompt: mapFiles(options.prompt, swap) }
  }

  return withLayer(model, async options => ({ options: await inline(options) }))
}

async function fetchAll(
  parts: readonly FileHolder[],
  download: Download,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<FileHolder, Downloaded>> {
  const byUrl = Map.groupBy(parts, part => webUrlOf(part)!)
  if (byUrl.size > FILES)
    refuse('invalid_request', `The request names ${byUrl.size} files by URL: at most ${FILES} are fetched`)
  const files = new Map<FileHolder, Downloaded>()
  const failed = new AbortController()
  const until = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])
  const queue = byUrl.entries()
  let left = BYTES

  async function work(): Promise<void> {
    for (const [url, sharing] of queue) {
      if (left === 0)
        refuse('invalid_request', `The files that the request names have more than ${BYTES / 1024 / 1024} MB`)
      const file = await download(url, { signal: until, limit: left })
      left = Math.max(0, left - file.data.length)
      for (const part of sharing) {
        if (!isAsWanted(part.mediaType, file.mediaType)) refuseType(url, file.mediaType, part.mediaType)
        files.set(part, file)
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  } finally {
    failed.abort()
  }
  return files
}

const refuseType = (url: string, found: string, wanted: string): never =>
  refuse(
    'invalid_request',
    `Cannot use "${url.split(/[?#]/)[0]!.slice(0, 200)}": it is ${found}, not ${wanted}`,
  )

const webUrlOf = ({ data }: FileHolder): string | undefined =>
  data.type === 'url' && /^https?:$/.test(data.url.protocol) ? data.url.href : undefined

/** A prompt with its files exchanged, wherever they stand. */
function mapFiles(
  prompt: LanguageModelV4Prompt,
  swap: <P extends FileHolder>(part: P, inTool: boolean) => P,
): LanguageModelV4Prompt {
  return prompt.map((message): LanguageModelV4Message => {
    if (message.role === 'system') return message
    const content = message.content.map(part => {
      if (part.type === 'file' || part.type === 'reasoning-file') return swap(part, false)
      if (part.type !== 'tool-result' || part.output.type !== 'content') return part
      const value = part.output.value.map(item => (item.type === 'file' ? swap(item, true) : item))
      return { ...part, output: { ...part.output, value } }
    })
    // Each part keeps its own type, so the message does too; the compiler does not follow that.
    return { ...message, content } as LanguageModelV4Message
  })
}

/** Whether the model takes a URL for files of this media type: `image/png`, `image/*` or `image`. */
function isSupported(
  mediaType: string,
  url: string,
  supported: Readonly<Record<string, readonly RegExp[]>>,
): boolean {
  const type = mediaType.toLowerCase()
  const wanted = type.includes('/') ? type : `${type}/`
  return Object.entries(supported).some(([key, patterns]) => {
    const pattern = key.toLowerCase()
    const prefix = pattern === '*' || pattern === '*/*' ? '' : pattern.replace('*', '')
    const fits = prefix === '' || prefix.endsWith('/') ? wanted.startsWith(prefix) : wanted === prefix
    return (
      fits && patterns.some(regex => new RegExp(regex.source, regex.flags.replace(/[gy]/g, '')).test(url))
    )
  })
}
