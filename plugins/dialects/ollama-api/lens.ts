import type { Lens } from '../../../src/contract/dialect.ts'
import {
  countOf,
  failureOf,
  listOf,
  objectOf,
  parseObject,
  textOf,
  usageOf,
} from '../../../src/contract/loose-json.ts'
import type { JsonObject, Usage } from '../../../src/types.ts'

/** How answers are read, whole ones and the lines of a stream: https://docs.ollama.com/api/usage */
export const lens: Lens = {
  usage,
  failure: ({ error }) => (error == null ? undefined : failureOf(error)),
  isUsageOnly: () => false,
  endOf(data) {
    if (!MAY_END.test(data)) return undefined
    const { error, done } = parseObject(data)
    return error != null || done === true ? 'stream' : undefined
  },
  finish: ({ done, done_reason: reason }) => (done === true ? textOf(reason) || undefined : undefined),
  isPreamble: ({ done, message, ...piece }) =>
    done === false && ![piece, objectOf(message)].some(saysSomething),
  modelAt: [['model']],
}

/** Worth a closer look; an answer may also talk about these words. */
const MAY_END = /"done"\s*:\s*true|"error"/

/** Only the last line tells; of a prompt that is kept from the call before, nothing has to be counted. */
export function usage({ prompt_eval_count: input, eval_count: output }: JsonObject): Usage | undefined {
  if (typeof input !== 'number' && typeof output !== 'number') return undefined
  return usageOf({ input: countOf(input), output: countOf(output) })
}

const saysSomething = ({
  content,
  thinking,
  response,
  tool_calls: calls,
  images,
  logprobs,
}: JsonObject): boolean =>
  [content, thinking, response].some(text => textOf(text) !== '') ||
  [calls, images, logprobs].some(list => listOf(list).length > 0)
