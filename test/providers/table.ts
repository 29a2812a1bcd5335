import { toSnake } from '../../src/config/shape.ts'
import type { ProviderType } from '../../src/contract/provider.ts'
import { build, keyed, type Way } from './vendors.ts'

/** The table of plugins/providers/README.md, made of what the vendors declare. Run this file to write it. */
export const README = new URL('../../plugins/providers/README.md', import.meta.url).pathname

const START = '<!-- made by: bun test/providers/table.ts -->\n\n'
const END = '\n\n<!-- end -->'

/** What callers know the languages as. */
const languages: Readonly<Record<string, string>> = {
  'openai-chat': 'chat',
  'openai-responses': 'responses',
  'openai-completions': 'completions',
  'openai-embeddings': 'embeddings',
  'openai-images': 'images',
  'openai-image-edits': 'image edits',
  'openai-speech': 'speech',
  'openai-transcriptions': 'transcriptions',
  'openai-translations': 'translations',
  'openai-moderations': 'moderations',
  'openai-realtime': 'realtime',
  'anthropic-messages': 'messages',
  'anthropic-count-tokens': 'token counts',
  'google-generate-content': 'generateContent',
  'google-count-tokens': 'token counts',
  rerank: 'reranking',
  'ollama-chat': "Ollama's own",
}
const kinds: Readonly<Record<string, string>> = {
  language: 'text',
  embedding: 'embeddings',
  image: 'images',
  speech: 'speech',
  transcription: 'transcriptions',
  reranking: 'reranking',
}

async function rowOf({ plugin, prefix, environment }: Way): Promise<string> {
  const { providers } = await build([plugin], environment({ secret: 'sk-x' }))
  const [provider] = providers.all().values()
  const [type] = providers.types as readonly [ProviderType]
  const variable = (field: string) => `\`${prefix}_${toSnake(field).toUpperCase()}\``
  const bytes = Object.keys(languages).filter(wire => provider!.wires.has(wire))
  const translated = Object.keys(kinds).filter(kind => kind in (provider!.offers ?? {}))
  const cells = [
    `\`${type.name}\``,
    needsOf(type, variable),
    type.baseUrl === undefined ? '' : `\`${type.baseUrl.replace('https://', '')}\``,
    bytes.map(wire => languages[wire]).join(', '),
    translated.map(kind => kinds[kind]).join(', '),
  ]
  return `| ${cells.join(' | ')} |`
}

/** That an address is enough where there is a usual one, is said once for all; who runs a model needs no key for it. */
const needsOf = ({ baseUrl = '', missing }: ProviderType, variable: (field: string) => string): string =>
  baseUrl.startsWith('http://')
    ? variable('baseUrl')
    : (missing({}, variable)?.replace(/,? or `\w+_BASE_URL`$/, '') ?? '')

export async function render(): Promise<string> {
  const ways = keyed.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const head = '| Type | Needs | Address | As bytes | Translated |'
  return [head, '|---|---|---|---|---|', ...(await Promise.all(ways.map(rowOf)))].join('\n')
}

/** The page with this table in the place of the one that it has. */
export const withTable = (page: string, table: string): string =>
  page.slice(0, page.indexOf(START) + START.length) + table + page.slice(page.indexOf(END))

/** The same, however the columns of tables are padded. */
export const unpadded = (text: string): string => text.replace(/[\s-]+/g, '')

if (import.meta.main) {
  await Bun.write(README, withTable(await Bun.file(README).text(), await render()))
  Bun.spawnSync(
    [process.execPath, 'x', 'biome', 'format', '--write', '--config-path=test/lint.jsonc', README],
    { cwd: new URL('../..', import.meta.url).pathname },
  )
}
