import type { LanguageModelV4Message } from '@ai-sdk/provider'
import type { Call, Destination } from '../../../src/contract/translation.ts'
import { arrayAt, textAt, unsupported } from '../../../src/request/border.ts'
import { instructed } from '../../../src/translate/json-only.ts'
import { unknownField, warnOfUnknown } from '../../../src/translate/known.ts'
import { under } from '../../../src/translate/options.ts'
import { add } from '../../../src/translate/warnings.ts'
import type { JsonObject } from '../../../src/types.ts'
import { readFormat } from './format.ts'
import { readImages } from './images.ts'
import { kinOf, type Reading } from './kin.ts'
import { known } from './known.ts'
import { readOptions } from './options.ts'
import { addSystem, addUser, toPrompt } from './prompt.ts'
import { readThinking } from './thinking.ts'
import { readTools } from './tools.ts'

/** Read here, or a matter between the client and the gateway; `keep_alive` is one of the machine that holds a model. */
const shared = ['model', 'stream', 'options', 'format', 'think', 'keep_alive', 'logprobs', 'top_logprobs']
const ofChat = new Set([...shared, 'messages', 'tools'])
const ofGenerate = new Set([...shared, 'prompt', 'system', 'images', 'suffix', 'template', 'raw', 'context'])

/** A body of `/api/chat` as a call that any package understands. */
export function chatCall(body: JsonObject, destination: Destination): Call {
  return toCall(body, destination, (reading, warn) => {
    warnOfOthers(body, ofChat, warn)
    warnOfUnknown(body, known, warn)
    return toPrompt(arrayAt(body.messages, 'messages'), reading)
  })
}

/** What goes past a chat, and is there only where the model's own template is. */
const ownTemplate: Readonly<Record<string, (value: unknown) => boolean>> = {
  suffix: value => value !== '',
  template: value => value !== '',
  raw: value => value === true,
  context: value => !Array.isArray(value) || value.length > 0,
}

/** A body of `/api/generate`: its prompt is what a user says, once. */
export function generateCall(body: JsonObject, destination: Destination): Call {
  for (const [field, isAsked] of Object.entries(ownTemplate))
    if (body[field] != null && isAsked(body[field]))
      unsupported(field, 'has no counterpart at this provider, whose models are told messages only')
  const { system, prompt, images } = body
  return toCall({ ...body, tools: undefined }, destination, (reading, warn) => {
    warnOfOthers(body, ofGenerate, warn)
    const said: LanguageModelV4Message[] = []
    if (system != null) addSystem(said, textAt(system, 'system'), reading)
    addUser(said, textAt(prompt, 'prompt'), readImages(images, 'images'))
    return said
  })
}

type Read = (reading: Reading, warn: Reading['warn']) => LanguageModelV4Message[]

function toCall(body: JsonObject, destination: Destination, read: Read): Call {
  const warnings: string[] = []
  const warn = (line: string) => add(warnings, line)
  const kin = kinOf(destination)
  const reading: Reading = { kin, warn }
  refuseLogprobs(body)
  const prompt = read(reading, warn)
  const tools = readTools(body.tools)
  const { maxOutputTokens, ...steering } = readOptions(body.options, reading)
  const thinking = readThinking(body.think, { prompt, limit: maxOutputTokens, reading })
  const { options: formOptions, instruction, ...format } = readFormat(body.format, reading)
  const providerOptions = under(kin.key, { ...thinking.options, ...formOptions })
  return {
    warnings,
    options: {
      prompt: instructed(prompt, instruction),
      ...(thinking.limit !== undefined && { maxOutputTokens: thinking.limit }),
      ...steering,
      ...(tools.length > 0 && { tools }),
      ...(thinking.reasoning !== undefined && { reasoning: thinking.reasoning }),
      ...format,
      ...(providerOptions && { providerOptions }),
    },
  }
}

/** No package brings them back. */
function refuseLogprobs({ logprobs, top_logprobs: top }: JsonObject): void {
  if (logprobs === true) unsupported('logprobs', 'has no counterpart at this provider')
  if (typeof top === 'number' && top > 0) unsupported('top_logprobs', 'has no counterpart at this provider')
}

function warnOfOthers(body: JsonObject, read: ReadonlySet<string>, warn: Reading['warn']): void {
  for (const field of Object.keys(body))
    if (!read.has(field) && body[field] != null) warn(unknownField(field))
}
