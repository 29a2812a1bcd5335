import type { Provider } from '../../src/contract/provider.ts'
import type { Target } from '../../src/types.ts'
import { type Circuit, newCircuit } from './circuit.ts'

/** Both circuits of a target. */
export interface Pair {
  readonly provider: Circuit
  readonly model: Circuit
}

/** What is remembered of one provider. */
export interface Known {
  readonly circuit: Circuit
  readonly models: Map<string, Circuit>
}

/** All circuits. They outlive a reload of the configuration, and know none of its settings. */
export interface Memory {
  /** Made when the target is first tried. */
  circuitsOf(target: Target, serves: Provider | undefined): Pair
  /** Undefined where this one was not tried yet. */
  of(provider: string, serves: Provider | undefined): Known | undefined
}

/** Names of models come from callers where a provider's list is unknown. */
const MAX_MODELS = 10_000

export function createMemory(): Memory {
  const providers = new Map<string, Known & { readonly who: unknown }>()
  let models = 0

  const of: Memory['of'] = (name, serves) => {
    const known = providers.get(name)
    return known?.who === whoIs(serves) ? known : undefined
  }

  /** Whoever has its name now has done nothing wrong yet: an operator may just have mended the key. */
  function begin(name: string, serves: Provider | undefined): Known {
    const made = { who: whoIs(serves), circuit: newCircuit(), models: new Map<string, Circuit>() }
    models -= providers.get(name)?.models.size ?? 0
    providers.set(name, made)
    return made
  }

  function circuitOf(known: Known, model: string): Circuit {
    const circuit = known.models.get(model) ?? newCircuit()
    if (known.models.has(model)) return circuit
    if (++models > MAX_MODELS) forgetModels()
    known.models.set(model, circuit)
    return circuit
  }

  function forgetModels(): void {
    models = 1
    for (const known of providers.values()) known.models.clear()
  }

  return {
    of,
    circuitsOf({ provider, model }, serves) {
      const known = of(provider, serves) ?? begin(provider, serves)
      return { provider: known.circuit, model: circuitOf(known, model) }
    },
  }
}

/** A reload makes all providers anew: those that say so are still the same, unless their settings are others. */
const whoIs = (serves: Provider | undefined): unknown => serves?.fingerprint ?? serves
