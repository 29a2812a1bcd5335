import * as v from 'valibot'
import { definePlugin } from '../../src/contract/plugin.ts'
import type { Provider } from '../../src/contract/provider.ts'
import { duration, says, whole } from '../../src/contract/settings.ts'
import { refuse, upstreamFaults } from '../../src/errors.ts'
import type { Outcome, Target } from '../../src/types.ts'
import type { Skipping } from '../limits/queue/model.ts'
import type { ModelLists, Trouble } from '../model-lists/model.ts'
import { type Circuit, createCircuit } from './circuit.ts'
import type { Breaker } from './model.ts'

/** Codes that speak against nobody; those that are no faults of the upstream speak against the request. */
const silent = new Set(['client_closed', 'shutting_down', 'internal_error', 'model_unavailable'])

const LIMITED = 'rate_limit_exceeded'
/** A provider that asks for a pause gets it, but not a longer one (milliseconds). */
const LONGEST_REST = 60_000
/** Names of models come from callers where a provider's list is unknown. */
const MAX_MODELS = 10_000

export default definePlugin({
  name: 'breaker',
  about: 'Skips providers and models that keep failing, and lets one probe find out when they are back.',
  config: v.object({
    failures: says(
      'A model or provider that fails so often in a row is skipped for a while',
      v.optional(whole(1, 1000), 5),
    ),
    pause: says(
      'How long a model or provider that keeps failing is skipped at first; the pause doubles up to the longest',
      v.optional(duration(), '10s'),
    ),
    longestPause: says(
      'The longest time that a model or provider is skipped before it is tried again',
      v.optional(duration(), '2m'),
    ),
  }),
  env: { failures: ['BREAKER_FAILURES'], pause: ['BREAKER_PAUSE'], longestPause: ['BREAKER_LONGEST_PAUSE'] },
  changeable: ['failures', 'pause', 'longestPause'],
  needs: ['model-lists', 'limits'],
  setup({ config, now, log, use, providers: serving }) {
    const providers = new Map<string, Known>()
    let models = 0
    /** Both circuits of a target, made when it is first tried. */
    const circuitsOf = ({ provider, model }: Target): Pair => {
      let known = providers.get(provider)
      const serves = serving().get(provider)
      // Whoever has its name now has done nothing wrong yet: an operator may just have mended the key.
      if (known === undefined || known.serves !== serves) {
        known = { serves, circuit: createCircuit(config), models: new Map() }
        providers.set(provider, known)
      }
      let circuit = known.models.get(model)
      if (circuit === undefined) {
        if (++models > MAX_MODELS) forgetAll()
        circuit = createCircuit(config)
        known.models.set(model, circuit)
      }
      return { provider: known.circuit, model: circuit }
    }
    const forgetAll = () => {
      models = 0
      for (const { models } of providers.values()) models.clear()
    }

    function whyNot(target: Target, { provider, model } = circuitsOf(target)): string | undefined {
      const at = now()
      const [circuit, name] = provider.isOpen(at)
        ? [provider, `Provider "${target.provider}"`]
        : [model, `Model "${target.model}" at "${target.provider}"`]
      if (!circuit.isOpen(at)) return undefined
      const seconds = Math.max(1, Math.ceil((circuit.openUntil - at) / 1000))
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
      model.learn(
        isFault ? 'failure' : isSilent || code === LIMITED ? 'nothing' : 'success',
        isModelProbe,
        at,
      )
      if (code === LIMITED && retryAfter !== undefined)
        model.rest(at + Math.min(retryAfter * 1000, LONGEST_REST))
      // What one model cannot do, others of the provider may: only faults below the model count against all of them.
      const isBelow = code === 'upstream_unreachable' || code === 'upstream_rejected'
      provider.learn(isBelow ? 'failure' : isFault || isSilent ? 'nothing' : 'success', isProviderProbe, at)
      if (isFault && model.failuresInRow === config.failures) warn(target, code)
    }

    const warn = ({ provider, model }: Target, code: string) =>
      log.warn('A model keeps failing and is skipped for a while', { provider, model, code })

    function resting(provider: string): readonly Trouble[] {
      const known = providers.get(provider)
      if (known === undefined || known.serves !== serving().get(provider)) return []
      const { circuit, models } = known
      if (circuit.isOpen(now())) return toTroubles(whyNot({ provider, model: '', via: [] }, pairOf(circuit)))
      return [...models].flatMap(([model, own]) =>
        toTroubles(whyNot({ provider, model, via: [] }, { provider: circuit, model: own }), model),
      )
    }

    const exports: Breaker = { whyNot: target => whyNot(target), resting }
    use<ModelLists>('model-lists').addHealth(resting)
    use<Skipping>('limits').skip(target => whyNot(target) !== undefined)
    return {
      exports,
      attempt({ target }) {
        if (target === undefined) return undefined
        const pair = circuitsOf(target)
        const at = now()
        if (pair.provider.isOpen(at) || pair.model.isOpen(at)) {
          const until = Math.max(pair.provider.openUntil, pair.model.openUntil)
          const isResting = pair.model.isResting(at) && !pair.provider.isOpen(at)
          refuse(
            isResting ? 'rate_limit_exceeded' : 'model_unavailable',
            whyNot(target, pair) ?? 'The target is being tried',
            {
              retryAfter: Math.max(1, (until - at) / 1000),
            },
          )
        }
        const began = { ...pair, isProviderProbe: pair.provider.begin(), isModelProbe: pair.model.begin() }
        return outcome => learn(target, began, outcome)
      },
    }
  },
})

const pairOf = (circuit: Circuit): Pair => ({ provider: circuit, model: circuit })
const toTroubles = (text: string | undefined, model?: string): readonly Trouble[] =>
  text === undefined ? [] : [{ text, ...(model !== undefined && { model }) }]

interface Known {
  /** Who had the name when it was made. */
  readonly serves: Provider | undefined
  readonly circuit: Circuit
  readonly models: Map<string, Circuit>
}

interface Pair {
  readonly provider: Circuit
  readonly model: Circuit
}

/** A try that has begun, and whose probe it is. */
interface Try extends Pair {
  readonly isProviderProbe: boolean
  readonly isModelProbe: boolean
}
