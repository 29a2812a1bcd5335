import { MASTER } from '../kit.ts'
import { objectOr } from '../mock/heard.ts'
import type { Recorded } from '../mock/provider.ts'
import { bases, type Feature, features, type Spoken } from './features.ts'
import { intro, outro } from './table-page.ts'
import { openWorlds, type TwoWorlds } from './world.ts'

/**
 * What each pair of languages keeps, translates, leaves out and refuses: measured, not claimed. A feature is sent to the
 * gateway with and without; what differs at the provider is what has arrived. Run this file to write the table.
 */
export type Fate = 'kept' | 'translated' | 'told' | 'refused' | 'silent'

/** Who is asked, by the heading of its column. */
export const providers = {
  'OpenAI-compatible': 'plain/one',
  'GPT-5 at OpenAI': 'openai/gpt-5.4',
  Anthropic: 'anthropic/claude-sonnet-4-5',
  Gemini: 'gemini/gemini-2.5-flash',
  Bedrock: 'bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0',
  Cohere: 'cohere/command-a-03-2025',
} as const
export type Column = keyof typeof providers

export interface Cell {
  readonly fate: Fate
  /** What the caller is told. */
  readonly words: string
}

export interface Row {
  readonly language: Spoken
  readonly feature: string
  readonly cells: Readonly<Record<Column, Cell>>
}

const paths: Readonly<Record<Spoken, string>> = {
  chat: '/v1/chat/completions',
  messages: '/v1/messages',
  responses: '/v1/responses',
  google: '/v1beta/models/MODEL:generateContent',
  ollama: '/api/chat',
}

const bedrockAnswer = {
  output: { message: { role: 'assistant', content: [{ text: 'There.' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
}
const cohereAnswer = {
  id: 'c',
  message: { role: 'assistant', content: [{ type: 'text', text: 'There.' }] },
  finish_reason: 'COMPLETE',
  usage: { tokens: { input_tokens: 1, output_tokens: 1 } },
}

const answerTo = ({ path }: Recorded) => {
  if (path.includes('/converse')) return { body: JSON.stringify(bedrockAnswer) }
  return path.endsWith('/v2/chat') ? { body: JSON.stringify(cohereAnswer) } : { text: 'There.' }
}

export async function measure(): Promise<readonly Row[]> {
  await using worlds = await openWorlds()
  worlds.mock.setPlan(answerTo)
  const rows: Row[] = []
  for (const language of Object.keys(paths) as Spoken[])
    for (const feature of features[language]) {
      const cells: [Column, Cell][] = []
      for (const [column, model] of Object.entries(providers))
        cells.push([column as Column, await fateOf(worlds, { language, feature, model })])
      rows.push({ language, feature: feature.name, cells: Object.fromEntries(cells) as Row['cells'] })
    }
  return rows
}

interface Trial {
  readonly language: Spoken
  readonly feature: Feature
  readonly model: string
}

/** Who speaks the language of the client: every byte passes. */
const own: Readonly<Record<Spoken, readonly string[]>> = {
  chat: ['openai/'],
  messages: ['anthropic/'],
  responses: ['openai/'],
  google: ['gemini/'],
  ollama: [],
}

async function fateOf(worlds: TwoWorlds, { language, feature, model }: Trial): Promise<Cell> {
  const base = { model, ...bases[language] }
  const without = await send(worlds, language, { ...base, ...feature.beside })
  const with_ = await send(worlds, language, { ...base, ...feature.fields })
  if (with_.status !== 200) return { fate: 'refused', words: with_.error }
  if (own[language].some(provider => model.startsWith(provider))) return { fate: 'kept', words: '' }
  const isSeen = with_.body !== without.body
  const news = with_.warnings.filter(line => !without.warnings.includes(line))
  if (isSeen) return { fate: 'translated', words: news.join('; ') }
  return news.length > 0 ? { fate: 'told', words: news.join('; ') } : { fate: 'silent', words: '' }
}

interface Sent {
  readonly model: string
}

async function send(worlds: TwoWorlds, language: Spoken, { model, ...fields }: Sent) {
  const before = worlds.mock.requests.length
  const place = paths[language]
  const body = place.includes('MODEL') ? fields : { model, ...fields }
  const response = await worlds.gateway.fetch(place.replace('MODEL', model), {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const json = objectOr(await response.json())
  // An error is a sentence in some languages.
  const error = typeof json.error === 'string' ? { message: json.error } : objectOr(json.error)
  return {
    status: response.status,
    error: response.ok ? '' : `${String(error.param ?? '')} ${String(error.message)}`.trim(),
    warnings: response.headers.get('x-modelway-warning')?.split('; ') ?? [],
    body: worlds.mock.requests.length > before ? worlds.mock.requests.at(-1)!.body : '',
  }
}

/** What goes without a word, because the answer is the same without it. */
const harmless: Readonly<Record<string, string>> = {
  'chat: `reasoning_content` of a turn': 'thoughts go back to the model that had them, and to no other',
  'messages: thinking of a turn, signed by another model': 'thoughts go back to the model that had them',
  'messages: redacted thinking of a turn': 'thoughts go back to the model that had them',
  'ollama: `thinking` of a turn': 'thoughts go back to models of one language only',
  'ollama: `think`: false': 'the model does not think unless it is told to',
  'ollama: `keep_alive`': 'a matter of the machine that holds a model',
  'responses: reasoning of another model': 'thoughts go back to the model that had them',
  'responses: a search of the web before': 'what was found stands in the text that follows',
  'chat: `annotations` of a turn': 'what they cite stands beside the text, which is all there',
  'messages: citations of an answer before': 'what they cite stands beside the text, which is all there',
  'responses: `annotations` of an answer before': 'what they cite stands beside the text, which is all there',
  'responses: `phase` of an answer before': "only OpenAI's models know it",
  'chat: `prompt_cache_key`': 'a cache is an optimisation',
  'messages: `cache_control`': 'a cache is an optimisation',
  'messages: `cache_control` of a tool': 'a cache is an optimisation',
  'messages: `thinking`: adaptive': 'the model thinks as much as it wants to: what such providers do anyway',
  'messages: `thinking`: shown as a summary, or not': 'the answer is the same, and its thoughts can be read',
  'messages: `thinking`: disabled': 'the model does not think unless it is told to',
  'google: `includeThoughts`': 'it asks to see thoughts, and not for more of them',
  'google: `thinkingBudget`: 0': 'the model does not think unless it is told to',
  'google: a thought of a turn, signed by another model': 'thoughts go back to the model that had them',
  'responses: `max_tool_calls`': 'a limit for hosted tools, of which there are none',
  'responses: `metadata`': 'it comes back with the answer',
  'responses: `client_metadata`': 'what agents tell of themselves',
  'responses: `prompt_cache_key`': 'a cache is an optimisation',
}

export const isHarmless = ({ language, feature }: Pick<Row, 'language' | 'feature'>): boolean =>
  harmless[`${language}: ${feature}`] !== undefined

const signOf = (row: Row, column: Column): string => {
  const { fate } = row.cells[column]
  return fate === 'silent' && !isHarmless(row) ? '!' : signs[fate]
}

const signs: Readonly<Record<Fate, string>> = {
  kept: '=',
  translated: '✓',
  told: '~',
  refused: '✗',
  silent: '–',
}
const titles: Readonly<Record<Spoken, string>> = {
  chat: "OpenAI's chat completions",
  messages: "Anthropic's messages",
  responses: "OpenAI's responses",
  google: "Google's generateContent",
  ollama: 'Ollama',
}

const BEGIN = '<!-- measured: bun test/conformance/table.ts -->'
const END = '<!-- /measured -->'

export function render(rows: readonly Row[]): string {
  const columns = Object.keys(providers) as Column[]
  const tables = Object.entries(titles).map(([language, title]) => {
    const body = rows
      .filter(row => row.language === language)
      .map(row => `| ${row.feature} | ${columns.map(column => signOf(row, column)).join(' | ')} |`)
    const head = [
      `| ${columns.map(column => column).join(' | ')} |`,
      `|---|${columns.map(() => ':-:|').join('')}`,
    ]
    return [`### Clients of ${title}`, '', `| ${head[0]}`, head[1], ...body].join('\n')
  })
  return [BEGIN, '', ...tables.flatMap(table => [table, '']), END].join('\n')
}

export const README = new URL('../../plugins/dialects/README.md', import.meta.url).pathname

/** The page with this table in it. */
export const page = (table: string): string => `${intro}\n${table}\n\n${outro}`

/** The same, however the columns of tables are padded. */
export const unpadded = (text: string): string => text.replace(/[\s-]+/g, '')

if (import.meta.main) {
  const rows = await measure()
  await Bun.write(README, page(render(rows)))
  Bun.spawnSync(
    [process.execPath, 'x', 'biome', 'format', '--write', '--config-path=test/lint.jsonc', README],
    {
      cwd: new URL('../..', import.meta.url).pathname,
    },
  )
  for (const { language, feature, cells } of rows)
    for (const [column, { fate, words }] of Object.entries(cells))
      if (fate === 'silent' || words !== '')
        console.log(`${language} | ${feature} | ${column} | ${fate} | ${words}`)
  process.exit(0)
}
