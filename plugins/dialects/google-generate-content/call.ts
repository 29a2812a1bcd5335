import type { Call, Destination } from '../../../src/contract/translation.ts'
import { objectAt } from '../../../src/request/border.ts'
import { instructed } from '../../../src/translate/json-only.ts'
import { warnOfUnknown } from '../../../src/translate/known.ts'
import { createOpenCalls } from '../../../src/translate/open-calls.ts'
import { under } from '../../../src/translate/options.ts'
import { withOptions } from '../../../src/translate/thinking.ts'
import { add } from '../../../src/translate/warnings.ts'
import type { JsonObject } from '../../../src/types.ts'
import { readFormat, readLimits, readOwn } from './config.ts'
import { kinOf, type Reading } from './kin.ts'
import { known } from './known.ts'
import { toPrompt } from './prompt.ts'
import { readThinking } from './thinking.ts'
import { readTools } from './tools.ts'

/** A body of generateContent as a call that any package understands. */
export function toCall(body: JsonObject, destination: Destination): Call {
  const warnings: string[] = []
  const warn = (line: string) => add(warnings, line)
  const kin = kinOf(destination)
  const reading: Reading = { kin, warn, calls: createOpenCalls() }
  const config = body.generationConfig == null ? {} : objectAt(body.generationConfig, 'generationConfig')
  const prompt = toPrompt(body, reading)
  const { options: toolOptions, ...tooling } = readTools(body, { kin, warn, lack: warn })
  const { maxOutputTokens, ...limits } = readLimits(config)
  const thinking = readThinking(config, { prompt, limit: maxOutputTokens, reading })
  const { options: formatOptions, instruction, ...format } = readFormat(config, reading)
  const own = { ...readOwn(body, config, reading), ...toolOptions, ...formatOptions }
  const providerOptions = under(kin.key, withOptions(own, thinking.options))
  const options: Call['options'] = {
    prompt: instructed(prompt, instruction),
    ...(thinking.limit !== undefined && { maxOutputTokens: thinking.limit }),
    ...limits,
    ...tooling,
    ...(thinking.reasoning !== undefined && { reasoning: thinking.reasoning }),
    ...format,
    ...(providerOptions && { providerOptions }),
  }
  warnOfUnknown(body, known, warn)
  return { options, warnings }
}
