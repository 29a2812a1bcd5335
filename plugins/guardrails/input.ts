import * as v from 'valibot'
import { webhookSecret } from '../../src/base/webhook.ts'
import { concealed, duration, says, shown } from '../../src/contract/settings.ts'
import { refuse } from '../../src/errors.ts'
import { nameInput, scopeInput, toModels, toPath } from '../../src/scope/input.ts'
import { createBlind, createFinder } from './finder.ts'
import type { Finder } from './finding.ts'
import { type Guardrail, sides, verdicts } from './model.ts'
import { presetNames } from './presets.ts'
import { isFindable } from './words.ts'

const MOST_WORDS = 10_000
const MOST_PATTERNS = 100

const word = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, 'expected a word or a phrase'),
  v.maxLength(200, 'expected at most 200 characters'),
  v.check(isFindable, 'expected a word that begins with a letter, a digit or "_": use "patterns" for others'),
)

const pattern = v.pipe(
  v.string(),
  v.minLength(1, 'expected a regular expression'),
  v.maxLength(1000, 'expected at most 1000 characters'),
)

const find = v.strictObject({
  words: v.optional(
    v.pipe(
      v.array(word),
      v.maxLength(MOST_WORDS, `expected at most ${MOST_WORDS}`),
      v.description('Whole words and phrases, in any case'),
    ),
    [],
  ),
  patterns: v.optional(
    v.pipe(
      v.array(pattern),
      v.maxLength(MOST_PATTERNS, `expected at most ${MOST_PATTERNS}`),
      v.description('Regular expressions in the syntax of RE2: no look around, no back references'),
    ),
    [],
  ),
  presets: says(
    'What many look for, such as card numbers',
    v.optional(v.array(v.picklist(presetNames, `expected one of ${presetNames.join(', ')}`)), []),
  ),
  checker: v.optional(
    v.nullable(
      v.pipe(v.string(), v.description('A service that the configuration names in `guardrails.checkers`')),
    ),
  ),
})

const { description, enabled, user_path, models } = scopeInput
/** The fields of a guardrail. */
export const entries = {
  description,
  enabled,
  user_path,
  models,
  on: v.optional(
    v.pipe(
      v.picklist(sides, `expected one of ${sides.join(', ')}`),
      v.description('What models are told, what they say, or both'),
    ),
    'input',
  ),
  find: v.pipe(
    find,
    v.check(
      ({ words, patterns, presets, checker }) =>
        words.length + patterns.length + presets.length > 0 || checker != null,
      'it looks for nothing: set "words", "patterns", "presets" or "checker"',
    ),
    v.description('What to look for'),
  ),
  action: v.pipe(
    v.picklist(verdicts, `expected one of ${verdicts.join(', ')}`),
    v.description('Refuse the call, replace what is found by placeholders, or count it only'),
  ),
  message: v.optional(
    v.nullable(
      v.pipe(
        v.string(),
        v.maxLength(500, 'expected at most 500 characters'),
        v.description('What callers that are refused are told beside the name'),
      ),
    ),
  ),
  unreadable: v.optional(
    v.pipe(
      v.picklist(['allow', 'refuse'], 'expected "allow" or "refuse"'),
      v.description('What becomes of uploads, other bodies and answers that nobody can look into'),
    ),
    'refuse',
  ),
}

export const isInputOnly = <T extends { on: string; find: { checker?: string | null | undefined } }>({
  on,
  find,
}: T): boolean => find.checker == null || on === 'input'
export const NO_OUTPUT = 'a checker looks at input only: set "on" to "input", or leave "checker" out'

/** What `PUT /admin/guardrails/:name` takes. */
export const guardrailInput = v.pipe(
  v.strictObject(entries),
  v.forward(v.check(isInputOnly, NO_OUTPUT), ['on']),
)
export type GuardrailInput = v.InferOutput<typeof guardrailInput>

/** What is stored, and what history keeps: the input as it was understood. */
export type GuardrailState = GuardrailInput

/** A service that is asked what it thinks of a text. */
const checker = v.strictObject({
  url: says(
    'Where it is asked',
    shown(v.pipe(v.string(), v.url('expected an address such as https://checks.example.com/look'))),
  ),
  secret: says(
    'Signs what it is asked, as Standard Webhooks say: base64, with or without whsec_ before it (openssl rand -base64 32)',
    v.optional(concealed(webhookSecret())),
  ),
  timeout: says('How long a call waits for it', v.optional(duration(), '2s')),
  on_failure: says(
    'What becomes of calls when it fails, is silent for too long, or answers what nobody understands',
    v.optional(v.picklist(['refuse', 'allow'], 'expected "refuse" or "allow"'), 'refuse'),
  ),
})
export const checkersInput = v.record(nameInput, checker)
export type CheckerSettings = v.InferOutput<typeof checker>

/** Throws a refusal where a pattern cannot be read. */
export function toFinder(find: GuardrailState['find']): Finder {
  try {
    return createFinder(find)
  } catch (error) {
    return refuse('invalid_value', `Field "find.patterns": ${faultOf(error)}`, { param: 'find.patterns' })
  }
}

const faultOf = (error: unknown): string => (error as Error).message.replace(/^error parsing regexp: /, '')

interface Facts {
  readonly version: number
  readonly declaredIn?: string
}

/** Throws a refusal where the user path is none, or a pattern cannot be read. */
export const toGuardrail = (name: string, state: GuardrailState, facts: Facts): Guardrail =>
  build(name, state, { ...facts, finder: toFinder(state.find) })

/** What is stored could be read once; where it cannot any more, it is there all the same, and sees nothing. */
export function fromStored(name: string, state: GuardrailState, facts: Facts): Guardrail {
  try {
    return build(name, state, { ...facts, finder: createFinder(state.find) })
  } catch (error) {
    const fault = faultOf(error)
    return build(name, state, { ...facts, finder: createBlind(fault), fault })
  }
}

function build(
  name: string,
  state: GuardrailState,
  { finder, fault, version, declaredIn }: Facts & Pick<Guardrail, 'finder' | 'fault'>,
): Guardrail {
  const { description, enabled, user_path, models, on, find, action, message, unreadable } = state
  const { words, patterns, presets, checker } = find
  return {
    name,
    description,
    enabled,
    userPath: toPath(user_path),
    on,
    find: { words, patterns, presets, ...(checker != null && { checker }) },
    finder,
    action,
    unreadable,
    version,
    ...toModels(models),
    ...(message != null && message.trim() !== '' && { message: message.trim() }),
    ...(declaredIn !== undefined && { declaredIn }),
    ...(fault !== undefined && { fault }),
  }
}

/** A guardrail as an operator writes it: all that is set, and nothing else. */
export const toState = (guardrail: Guardrail): GuardrailState => ({
  description: guardrail.description,
  enabled: guardrail.enabled,
  user_path: guardrail.userPath,
  models: guardrail.models === undefined ? null : [...guardrail.models],
  on: guardrail.on,
  find: {
    words: [...guardrail.find.words],
    patterns: [...guardrail.find.patterns],
    presets: [...guardrail.find.presets],
    checker: guardrail.find.checker ?? null,
  },
  action: guardrail.action,
  message: guardrail.message ?? null,
  unreadable: guardrail.unreadable,
})
