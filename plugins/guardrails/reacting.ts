import { Refusal } from '../../src/errors.ts'
import type { Routed } from '../../src/exchange.ts'
import type { Log } from '../../src/log.ts'
import type { Inspecting } from './inspect.ts'
import type { Guardrail, On, Verdict } from './model.ts'
import { TooSlow, Unreadable } from './patterns.ts'
import type { Tally } from './tally.ts'

export type Call = Pick<Routed, 'id'>

/** What becomes of a match. */
export interface Reacting {
  /** Counts and logs it, never with its text. */
  note(guardrail: Guardrail, x: Call, what: { readonly action: Verdict; readonly on: On }): void
  /** For who looks at texts: what to do when something is found, or when it takes too long. */
  to(x: Call, on: On, isStream?: boolean): Pick<Inspecting, 'found' | 'inTime'>
}

export function createReacting(tally: Pick<Tally, 'add'>, log: Log): Reacting {
  const note: Reacting['note'] = ({ name }, { id }, { action, on }) => {
    tally.add(name, action, on)
    log.info('A guardrail matched', { id, guardrail: name, action, on })
  }

  /** What cannot be looked at in time does not pass, unless it is only counted. */
  function giveUp({ name, action }: Guardrail, { id }: Call): undefined {
    log.warn('The patterns of a guardrail take too long', { id, guardrail: name })
    if (action === 'report') return undefined
    throw new Refusal(
      'guardrail_blocked',
      `Guardrail "${name}" could not look at all of this in time: send less at once`,
    )
  }

  /** The same where nothing can be looked at. That is one error in the log at the start, not one for each call. */
  function close(guardrail: Guardrail, x: Call, on: On): undefined {
    if (guardrail.action === 'report') return undefined
    note(guardrail, x, { action: 'block', on })
    throw new Refusal(
      'guardrail_blocked',
      `Guardrail "${guardrail.name}" cannot read what it is to look for, and lets nothing through until its operator mends it`,
    )
  }

  return {
    note,
    to: (x, on, isStream = false) => ({
      found(guardrail) {
        // What has left cannot be masked.
        const action = isStream && guardrail.action === 'mask' ? 'block' : guardrail.action
        note(guardrail, x, { action, on })
        if (action === 'block') throw toRefusal(guardrail, on)
      },
      inTime(guardrail, look) {
        try {
          return look()
        } catch (error) {
          if (error instanceof TooSlow) return giveUp(guardrail, x)
          if (error instanceof Unreadable) return close(guardrail, x, on)
          throw error
        }
      },
    }),
  }
}

/** Names the guardrail and what its operator says, never what was found. */
export function toRefusal({ name, message }: Guardrail, on: On, said = message): Refusal {
  const what = on === 'input' ? 'this' : 'this answer'
  return new Refusal(
    'guardrail_blocked',
    `Guardrail "${name}" does not let ${what} through${said === undefined ? '' : `: ${said}`}`,
  )
}
