import * as v from 'valibot'
import { jsonArray } from '../../src/contract/settings.ts'
import { ConfigError } from '../../src/errors.ts'
import { declaredIn, haveNames, isPath, nameInput } from '../../src/scope/input.ts'
import { entries, isInputOnly, NO_OUTPUT, toFinder, toGuardrail } from './input.ts'
import type { Guardrail } from './model.ts'

/** A guardrail in the config file, or in GUARDRAILS. */
const declaration = v.pipe(
  v.strictObject({ name: nameInput, ...entries }),
  v.forward(v.check(isInputOnly, NO_OUTPUT), ['on']),
  v.forward(
    v.check(({ user_path }) => isPath(user_path), 'expected a user path such as /team/alpha'),
    ['user_path'],
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    try {
      if (dataset.typed) toFinder(dataset.value.find)
    } catch (error) {
      addIssue({ message: (error as Error).message })
    }
  }),
)
type Declaration = v.InferOutput<typeof declaration>

const unique = haveNames<Declaration>('guardrails')

/** `guardrails.rules` of the config file. */
export const listedGuardrails = v.pipe(v.array(declaration), unique)

const EXAMPLE = '[{"name": "no-cards", "find": {"presets": ["credit_card"]}, "action": "block"}]'

/** `GUARDRAILS`: the same as a JSON array. */
export const declaredGuardrails = v.pipe(jsonArray(declaration, EXAMPLE), unique)

interface Declared {
  readonly declared?: readonly Declaration[] | undefined
  readonly rules?: readonly Declaration[] | undefined
  /** The services that may be asked, by name. */
  readonly checkers?: Readonly<Record<string, unknown>> | undefined
}

/** What is declared; `GUARDRAILS` wins over the file, name by name. @throws ConfigError where a checker is not there */
export function toDeclared(
  { declared, rules, checkers = {} }: Declared,
  file = 'the config file',
): readonly Guardrail[] {
  const places = [
    [file, rules],
    ['GUARDRAILS', declared],
  ] as const
  const found = declaredIn<Declaration, Guardrail>(places, ({ name, ...state }, declaredIn) =>
    toGuardrail(name, state, { version: 0, declaredIn }),
  )
  for (const { name, find, declaredIn } of found)
    if (find.checker !== undefined && !Object.hasOwn(checkers, find.checker))
      throw new ConfigError(
        `${declaredIn}: guardrail "${name}" names the checker "${find.checker}": there is none in guardrails.checkers`,
      )
  return found
}
