import * as v from 'valibot'
import { jsonArray } from '../../../src/contract/settings.ts'
import { declaredIn, haveNames, isPath, nameInput } from '../../../src/scope/input.ts'
import type { Limit } from '../model.ts'
import { hasRoomToWaitFor, isNoTool, isWaitedFor } from '../queue/input.ts'
import { entries, isCountable, isLimit, isOfOneKind, toLimit } from './input.ts'

/** A limit in the config file, or in LIMITS. */
const declaration = v.pipe(
  v.strictObject({ name: nameInput, ...entries }),
  isLimit(),
  isOfOneKind(),
  isCountable(),
  hasRoomToWaitFor(),
  isWaitedFor(),
  isNoTool(),
  v.forward(
    v.check(({ user_path }) => isPath(user_path), 'expected a user path such as /team/alpha'),
    ['user_path'],
  ),
)

const unique = haveNames<v.InferOutput<typeof declaration>>('limits')

/** The section `limits` of the config file. */
export const listedLimits = v.pipe(v.array(declaration), unique)

const EXAMPLE = '[{"name": "alpha", "user_path": "/team/alpha", "per": "month", "cost_usd": 500}]'

/** `LIMITS`: the same as a JSON array. */
export const declaredLimits = v.pipe(jsonArray(declaration, EXAMPLE), unique)
type Declaration = v.InferOutput<typeof declaration>

interface Declared {
  readonly declared?: readonly Declaration[] | undefined
  readonly listed?: readonly Declaration[] | undefined
}

/** What is declared; `LIMITS` wins over the file, name by name. */
export function toDeclared({ declared, listed }: Declared, file = 'the config file'): readonly Limit[] {
  const places = [
    [file, listed],
    ['LIMITS', declared],
  ] as const
  return declaredIn<Declaration, Limit>(places, ({ name, ...state }, declaredIn) =>
    toLimit(name, state, { version: 0, declaredIn }),
  )
}
