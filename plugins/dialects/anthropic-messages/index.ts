import type { Dialect } from '../../../src/contract/dialect.ts'
import { usageOf } from '../../../src/contract/loose-json.ts'
import { definePlugin } from '../../../src/contract/plugin.ts'
import { hasAny } from '../../../src/contract/question.ts'
import { fromResult } from './answer.ts'
import { toCall } from './call.ts'
import { estimate } from './estimate.ts'
import { countExample, example } from './example.ts'
import { lens } from './lens.ts'
import { outgoing } from './outgoing.ts'
import { preset, presetOfPrompt } from './preset.ts'
import { question } from './question.ts'
import { toError, toErrorEvent } from './refusal.ts'
import { lacks } from './tools.ts'
import { createWriter } from './writer.ts'

/** Sent to Anthropic unchanged: which version, which betas, whose workspace. */
const forwardedHeaders = ['anthropic-version', 'anthropic-beta', 'anthropic-workspace-id']

/** Anthropic's Messages API: https://platform.claude.com/docs/en/api/messages */
export const messages: Dialect = {
  ...lens,
  name: 'anthropic-messages',
  path: '/v1/messages',
  about: "A message, in Anthropic's language",
  example,
  forwardedHeaders,
  idHeader: 'request-id',
  limits: 'anthropic',
  preset,
  outgoing,
  isStream: body => body.stream === true,
  // A container is a machine that remembers, and nobody knows what the tools of a remote server change.
  isRepeatable: body => !hasAny(body, ['container', 'mcp_servers']),
  question,
  refusal: (refusal, _request, id) => toError(refusal, id),
  refusalEvent: toErrorEvent,
  translation: { kind: 'language', toCall, lacks, fromResult, writer: createWriter },
}

/** A number does not say why it ended, and other words have another one. */
const { finish: _, question: __, ...countable } = messages

/** How many tokens a message would have: https://platform.claude.com/docs/en/api/messages-count-tokens */
export const countTokens: Dialect = {
  ...countable,
  name: 'anthropic-count-tokens',
  path: '/v1/messages/count_tokens',
  about: "The tokens of a prompt, in Anthropic's language; an estimate where the provider cannot count them",
  example: countExample,
  preset: presetOfPrompt,
  isStream: () => false,
  // Nobody is paid for counting: https://platform.claude.com/docs/en/build-with-claude/token-counting
  usage: () => usageOf({}),
  translation: { kind: 'local', run: estimate },
}

export default definePlugin({
  name: 'anthropic-messages',
  about: "Speaks Anthropic's Messages API.",
  setup: () => ({ dialects: [messages, countTokens] }),
})
