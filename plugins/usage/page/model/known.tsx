import { abilitiesOf } from '../../../../src/contract/facts-in-words.ts'
import type { ModelFacts } from '../../../../src/contract/model.ts'
import { number, UNKNOWN } from '../../../../views/format.ts'
import type { Known as KnownFacts, Origin } from '../../../model-facts/model.ts'

/** What is known of a model; of a redirect what holds whichever target is asked, and nobody in particular says that. */
export type Told = Pick<KnownFacts, 'facts'> & Partial<KnownFacts>

const origins: Readonly<Record<Origin, string>> = {
  operator: 'as you say',
  provider: 'says the provider',
  bundled: 'public data',
}

/** What the model can, and who says so. */
export function Known({ told: { facts, origins: by }, isShared }: { told: Told; isShared: boolean }) {
  if (Object.keys(facts).length === 0)
    return (
      <span class="gap">
        {UNKNOWN}: say it in <code>MODEL_FACTS</code>
      </span>
    )
  const sources = [...new Set(Object.values(by ?? {}))].map(origin => origins[origin])
  return (
    <>
      {inSentences(facts).join('; ')}
      {sources.length > 0 && <p class="about">{sources.join(', ')}</p>}
      {isShared && <p class="about">whichever target is asked</p>}
    </>
  )
}

function inSentences(facts: ModelFacts): readonly string[] {
  const [can, cannot] = [abilitiesOf(facts, true), abilitiesOf(facts, false)]
  return [
    ...(facts.contextWindow === undefined ? [] : [`${number(facts.contextWindow)} tokens in a call`]),
    ...(facts.maxOutput === undefined ? [] : [`writes ${number(facts.maxOutput)} of them at most`]),
    ...(can.length === 0 ? [] : [can.join(', ')]),
    ...(cannot.length === 0 ? [] : [`no ${cannot.join(', no ')}`]),
    ...(facts.retiresOn === undefined ? [] : [`retires on ${facts.retiresOn}`]),
  ]
}
