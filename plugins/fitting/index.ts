import { isDialect } from '../../src/contract/dialect.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import type { Ordering } from '../../src/exchange.ts'
import { after } from '../../src/hooks.ts'
import type { Body } from '../../src/request/body.ts'
import type { Awaitable, Target } from '../../src/types.ts'
import type { FactsSource } from '../model-facts/model.ts'
import { type Held, hasMedia, LETTERS, measure } from './held.ts'
import { bounds, cannotTake } from './lacks.ts'

/** A shorter body fits into every model, whatever it says (letters). */
const SHORT = 8000

const NOTHING: Held = { tokens: 0, images: false, audio: false, pdfs: false }

/**
 * A prompt that is too long for a target fails there, and is then read by the next. Where that is known beforehand the
 * next one goes first. Nobody is left out: what is known may be old.
 */
export default definePlugin({
  name: 'fitting',
  about: 'Asks targets last that are known to be too small for a call, or to lack what it needs.',
  needs: ['model-facts'],
  setup({ use }) {
    const facts = use<FactsSource>('model-facts')
    const known = (target: Target) => facts.of(target).facts

    /** What has to be looked at of a body, and no more. */
    function heldBy(body: Body, targets: readonly Target[]): Held {
      const most = body.text.length / LETTERS
      const mayBeTooLong = targets.some(target => (known(target).contextWindow ?? most) < most)
      const isBlind = ({ images, audio, pdfs }: ReturnType<typeof known>) =>
        images === false || audio === false || pdfs === false
      const mayBeUnread = targets.some(target => isBlind(known(target))) && hasMedia(body)
      return mayBeTooLong || mayBeUnread ? measure(body.json) : NOTHING
    }

    /** Public data are only waited for where they could tell something. */
    const needsData = (targets: readonly Target[], { text }: Body): boolean =>
      text.length >= SHORT && targets.some(target => known(target).contextWindow === undefined)

    function arrange(targets: readonly Target[], body: Body): readonly Target[] {
      const held = heldBy(body, targets)
      const groups = Map.groupBy(targets, target => cannotTake(known(target), held, body.json))
      return groups.size < 2 ? targets : [...groups.get(false)!, ...groups.get(true)!]
    }

    function tell(targets: readonly Target[], { trace }: Ordering): readonly Target[] {
      const told = targets.flatMap(target => {
        const words = bounds(known(target))
        return words === undefined ? [] : [`"${target.provider}/${target.model}" ${words}`]
      })
      if (told.length > 0)
        trace?.push({
          plugin: 'fitting',
          text: `Calls for more than that ask others first: ${told.join('; ')}`,
        })
      return targets
    }

    return {
      order(targets, x): Awaitable<readonly Target[]> {
        const { endpoint, body, trace } = x
        if (trace !== undefined) return after(facts.loading(), () => tell(targets, x))
        // Each text of a list that is to be embedded or ranked is read for itself.
        const isRead = endpoint && isDialect(endpoint) && endpoint.translation?.kind === 'language'
        if (!isRead || body === undefined) return targets
        return after(needsData(targets, body) ? facts.loading() : undefined, () => arrange(targets, body))
      },
    }
  },
})
