import { after } from '../../../src/hooks.ts'
import type { Awaitable, Caller, UserPath } from '../../../src/types.ts'
import type { Amounts } from '../counting/amounts.ts'
import type { Counter } from '../counting/counter.ts'
import type { Ledger } from '../counting/ledger.ts'
import type { Held, Shortage } from '../counting/pot.ts'
import type { Limit } from '../model.ts'
import { memberOf, type Rules } from '../rules/rules.ts'
import type { OfferedTools } from '../rules/unknown-tools.ts'
import { isClosing } from './pricing.ts'
import { toRefusal, toUnpriced } from './words.ts'

/** A call of a tool, before its server is asked. */
export interface ToolCall {
  readonly caller: Caller
  readonly userPath: UserPath
  readonly server: string
  readonly tool: string
  /** What it costs, in nano-dollars; undefined where nobody said. */
  readonly cost: number | undefined
}

/** To be called once, when the call is over. A server that was asked may have done its work, whatever it said. */
export type End = (wasAsked: boolean) => void

export interface ToolLimits {
  /**
   * Takes room for a call of a tool; undefined where no limit speaks of it.
   *
   * @throws Refusal where there is no room.
   */
  hold(call: ToolCall): Awaitable<End | undefined>
  /** Says which tools there are: limits may name others by a slip of the pen. */
  offer(tools: () => OfferedTools): void
}

interface Options {
  readonly rules: () => Rules
  readonly ledger: Pick<Ledger, 'giveBack' | 'charge'>
  readonly counter: Pick<Counter, 'hold'>
  readonly now: () => number
}

/** Counts calls of tools for the limits that name tools. */
export function createToolLimits({ rules, ledger, counter, now }: Options): Pick<ToolLimits, 'hold'> {
  function keep(held: readonly Held[] | Shortage, { cost }: ToolCall, amounts: Amounts): End {
    if ('measure' in held) throw toRefusal(held, now())
    return wasAsked => {
      ledger.giveBack(held)
      if (!wasAsked) return
      for (const each of held)
        ledger.charge(each, amounts, each.claim.limit.cost !== undefined && cost === undefined)
    }
  }

  return {
    hold(call) {
      const limits = rules()
        .at(call.userPath)
        .filter(limit => isAboutTool(limit, call))
      if (limits.length === 0) return undefined
      const closing = call.cost === undefined ? limits.find(isClosing) : undefined
      if (closing) throw toUnpriced(closing, `${call.server}/${call.tool}`)
      const amounts = { requests: 1, tokens: 0, cost: call.cost ?? 0 }
      const claims = limits.map(limit => ({ limit, member: memberOf(limit, call), amounts }))
      return after(counter.hold(claims), held => keep(held, call, amounts))
    },
  }
}

/** It names this tool, all of its server, or all there are. */
const isAboutTool = ({ tools }: Limit, { server, tool }: ToolCall): boolean =>
  tools !== undefined && (tools.has(`${server}/${tool}`) || tools.has(`${server}/`) || tools.has('/'))
