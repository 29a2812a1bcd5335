import { describe } from '../../src/base/describe.ts'
import { Refusal } from '../../src/errors.ts'
import type { Log } from '../../src/log.ts'
import type { JsonObject } from '../../src/types.ts'
import type { Ask, Opinion } from './checker.ts'
import type { CheckerSettings } from './input.ts'
import type { Guardrail, Inspected } from './model.ts'
import { type Reacting, toRefusal } from './reacting.ts'
import { eachText, mapWhole } from './texts.ts'

export interface AskingOptions {
  readonly checkers: Readonly<Record<string, CheckerSettings>>
  readonly ask: Ask
  readonly note: Reacting['note']
  readonly log: Log
}

/** Asks the checkers of guardrails about a body, one after the other; each sees what the one before has left. */
export function createAsking({ checkers, ask, note, log }: AskingOptions) {
  async function askOne(body: JsonObject, guardrail: Guardrail, x: Inspected): Promise<JsonObject> {
    const texts: string[] = []
    eachText(body, text => texts.push(text))
    if (texts.length === 0) return body
    const said = await opinionOf(guardrail, texts, x)
    if (said === undefined || said.action === 'allow') return body
    const isMask = said.action === 'mask' && guardrail.action === 'mask'
    const action = isMask || guardrail.action === 'report' ? guardrail.action : 'block'
    note(guardrail, x, { action, on: 'input' })
    if (action === 'block') throw toRefusal(guardrail, 'input', said.message ?? undefined)
    let next = 0
    return isMask ? mapWhole(body, () => said.texts![next++]!) : body
  }

  /** Undefined where the checker fails, and nobody minds. */
  async function opinionOf(
    { name, find, action }: Guardrail,
    texts: readonly string[],
    x: Inspected,
  ): Promise<Opinion | undefined> {
    const settings = checkers[find.checker!]
    try {
      if (settings === undefined) throw new Error('The configuration has no such checker')
      return await ask(settings, { guardrail: name, x, texts })
    } catch (error) {
      const passes = settings?.on_failure === 'allow' || action === 'report'
      log.warn('A guardrail could not ask its checker', {
        id: x.id,
        guardrail: name,
        passes,
        error: describe(error),
      })
      if (passes) return undefined
      throw new Refusal('guardrail_unavailable', `Guardrail "${name}" cannot be asked at the moment`, {
        retryAfter: 1,
      })
    }
  }

  return async function askAll(
    body: JsonObject,
    guardrails: readonly Guardrail[],
    x: Inspected,
  ): Promise<JsonObject> {
    let left = body
    for (const guardrail of guardrails) left = await askOne(left, guardrail, x)
    return left
  }
}
