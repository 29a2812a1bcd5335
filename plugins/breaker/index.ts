import { definePlugin } from '../../src/contract/plugin.ts'
import { refuse, upstreamFaults } from '../../src/errors.ts'
import type { Outcome, Target } from '../../src/types.ts'
import type { Skipping } from '../limits/queue/model.ts'
import type { ModelLists, Trouble } from '../model-lists/model.ts'
import { type Circuit, createCircuits } from './circuit.ts'
import { createMemory, type Memory, type Pair } from './memory.ts'
import type { Breaker } from './model.ts'
import { breakerSettings } from './settings.ts'

/** Codes that speak against nobody; those that are no faults of the upstream speak against the request. */
const silent = new Set(['client_closed', 'shutting_down', 'internal_error', 'model_unavailable'])

const LIMITED = 'rate_limit_exceeded'
/** A provider that asks for a pause gets it, but not a longer one (milliseconds). */
const LONGEST_REST = 60_000

export default definePlugin({
  name: 'breaker',
  about: 'Skips providers and models that keep failing, and lets one probe find out when they are back.',
  config: breakerSettings,
  env: { failures: ['BREAKER_FAILURES'], pause: ['BREAKER_PAUSE'], longestPause: ['BREAKER_LONGEST_PAUSE'] },
  changeable: ['failures', 'pause', 'longestPause'],
  needs: ['model-lists', 'limits'],
  setup({ config, now, log, use, providers: serving, inherited }) {
    const memory = (inherited as Memory | undefined) ?? createMemory()
    const circuits = createCircuits(config)
    const circuitsOf = (target: Target): Pair => memory.circuitsOf(target, serving().get(target.provider))

    function whyNot(target: Target, { provider, model } = circuitsOf(target)): string | undefined {
      const at = now()
      const [circuit, name] = circuits.isOpen(provider, at)
        ? [provider, `Provider "${target.provider}"`]
        : [model, `Model "${target.model}" at "${target.provider}"`]
      if (!circuits.isOpen(circuit, at)) return undefined
      const seconds = Math.max(1, Math.ceil((circuits.openUntil(circuit) - at) / 1000))
      const why =
        circuit.failuresInRow > 0 ? `after ${circuit.failuresInRow} failures in a row` : 'as it asked'
      return `${name} is not called for another ${seconds} s, ${why}`
    }

    function learn(
      target: Target,
      { provider, model, isProviderProbe, isModelProbe }: Try,
      outcome: Outcome,
    ): void {
      const { ok, code = '', retryAfter } = outcome
      const isFault = !ok && upstreamFaults.has(code)
      const isSilent = !ok && silent.has(code)
      const at = now()
      const lesson = isFault ? 'failure' : isSilent || code === LIMITED ? 'nothing' : 'success'
      const isOpening = circuits.learn(model, { lesson, isProbe: isModelProbe, at })
      if (code === LIMITED && retryAfter !== undefined)
        circuits.rest(model, at + Math.min(retryAfter * 1000, LONGEST_REST))
      // What one model cannot do, others of the provider may: only faults below the model count against all of them.
      const isBelow = code === 'upstream_unreachable' || code === 'upstream_rejected'
      const below = isBelow ? 'failure' : isFault || isSilent ? 'nothing' : 'success'
      circuits.learn(provider, { lesson: below, isProbe: isProviderProbe, at })
      if (isOpening) warn(target, code)
    }

    const warn = ({ provider, model }: Target, code: string) =>
      log.warn('A model keeps failing and is skipped for a while', { provider, model, code })

    function resting(provider: string): readonly Trouble[] {
      const known = memory.of(provider, serving().get(provider))
      if (known === undefined) return []
      const { circuit, models } = known
      if (circuits.isOpen(circuit, now()))
        return toTroubles(whyNot({ provider, model: '', via: [] }, pairOf(circuit)))
      return [...models].flatMap(([model, own]) =>
        toTroubles(whyNot({ provider, model, via: [] }, { provider: circuit, model: own }), model),
      )
    }

    const exports: Breaker = { whyNot: target => whyNot(target), resting }
    use<ModelLists>('model-lists').addHealth(resting)
    use<Skipping>('limits').skip(target => whyNot(target) !== undefined)
    return {
      exports,
      heritage: memory,
      attempt({ target }) {
        if (target === undefined) return undefined
        const pair = circuitsOf(target)
        const at = now()
        if (circuits.isOpen(pair.provider, at) || circuits.isOpen(pair.model, at)) {
          const until = Math.max(circuits.openUntil(pair.provider), circuits.openUntil(pair.model))
          const isResting = circuits.isResting(pair.model, at) && !circuits.isOpen(pair.provider, at)
          refuse(
            isResting ? 'rate_limit_exceeded' : 'model_unavailable',
            whyNot(target, pair) ?? 'The target is being tried',
            { retryAfter: Math.max(1, (until - at) / 1000) },
          )
        }
        const began = {
          ...pair,
          isProviderProbe: circuits.begin(pair.provider),
          isModelProbe: circuits.begin(pair.model),
        }
        return outcome => learn(target, began, outcome)
      },
    }
  },
})

const pairOf = (circuit: Circuit): Pair => ({ provider: circuit, model: circuit })
const toTroubles = (text: string | undefined, model?: string): readonly Trouble[] =>
  text === undefined ? [] : [{ text, ...(model !== undefined && { model }) }]

/** A try that has begun, and whose probe it is. */
interface Try extends Pair {
  readonly isProviderProbe: boolean
  readonly isModelProbe: boolean
}
