import { LRUCache } from 'lru-cache'
import * as v from 'valibot'
import { refuse } from '../../src/errors.ts'
import { definePlugin } from '../../src/plugin.ts'
import { duration, whole } from '../../src/settings.ts'
import type { Outcome, Target } from '../../src/types.ts'
import { type Circuit, createCircuit } from './circuit.ts'
import type { Breaker } from './model.ts'

/** Codes that speak against the upstream; the rest speak against the request, or against nobody. */
const against = new Set([
  'upstream_error',
  'upstream_unreachable',
  'upstream_rejected',
  'upstream_invalid',
  'upstream_timeout',
])
const silent = new Set(['client_closed', 'shutting_down', 'internal_error', 'model_unavailable'])

/** A provider that asks for a pause gets it, but not a longer one (milliseconds). */
const LONGEST_REST = 60_000
const MAX_CIRCUITS = 10_000

export default definePlugin({
  name: 'breaker',
  about: 'Skips providers and models that keep failing, and lets one probe find out when they are back.',
  config: v.object({
    failures: v.optional(whole(1, 1000), 5),
    pause: v.optional(duration(), '10s'),
    longestPause: v.optional(duration(), '2m'),
  }),
  env: { failures: ['BREAKER_FAILURES'], pause: ['BREAKER_PAUSE'], longestPause: ['BREAKER_LONGEST_PAUSE'] },
  setup({ config, now, log }) {
    const circuits = new LRUCache<string, Circuit>({ max: MAX_CIRCUITS })
    const circuitOf = (name: string): Circuit => {
      const known = circuits.get(name)
      if (known) return known
      const circuit = createCircuit(config)
      circuits.set(name, circuit)
      return circuit
    }
    const modelOf = ({ provider, model }: Target) => circuitOf(`${provider}/${model}`)

    function whyNot(target: Target): string | undefined {
      const at = now()
      for (const [name, circuit] of [
        [`Provider "${target.provider}"`, circuitOf(target.provider)],
        [`Model "${target.model}" at "${target.provider}"`, modelOf(target)],
      ] as const) {
        if (!circuit.isOpen(at)) continue
        const seconds = Math.max(1, Math.ceil((circuit.openUntil - at) / 1000))
        return `${name} is not called for another ${seconds} s${circuit.failuresInRow > 0 ? ` after ${circuit.failuresInRow} failures in a row` : ', as it asked'}`
      }
      return undefined
    }

    function learn(target: Target, outcome: Outcome): void {
      const { ok, code = '', retryAfter } = outcome
      const provider = circuitOf(target.provider)
      const model = modelOf(target)
      if (!ok && silent.has(code)) {
        provider.forget()
        model.forget()
      } else if (code === 'rate_limit_exceeded') {
        provider.succeed()
        model.forget()
        if (retryAfter !== undefined) model.rest(now() + Math.min(retryAfter * 1000, LONGEST_REST))
      } else if (ok || !against.has(code)) {
        provider.succeed()
        model.succeed()
      } else {
        model.fail(now())
        // What one model cannot do, others of the provider may: only faults below the model count against all of them.
        if (code === 'upstream_unreachable' || code === 'upstream_rejected') provider.fail(now())
        else provider.forget()
        if (model.failuresInRow === config.failures) warn(target, code)
      }
    }

    const warn = ({ provider, model }: Target, code: string) =>
      log.warn('A model keeps failing and is skipped for a while', { provider, model, code })

    const exports: Breaker = { whyNot }
    return {
      exports,
      attempt({ target }) {
        if (target === undefined) return undefined
        const reason = whyNot(target)
        if (reason !== undefined) refuse('model_unavailable', reason, { retryAfter: 1 })
        circuitOf(target.provider).begin()
        modelOf(target).begin()
        return outcome => learn(target, outcome)
      },
    }
  },
})
