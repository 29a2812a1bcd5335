import { definePlugin } from '../../src/contract/plugin.ts'
import { createFeedbackApi } from './api.ts'
import { openBook } from './book.ts'
import type { Calls, Feedback } from './model.ts'
import { feedback } from './schema.ts'
import { createTally, type Tally } from './tally.ts'

/** How often it is looked whether calls are written down of which something was said too early (milliseconds). */
const CATCH_UP = 1000
const FORGET = 60_000
/** How often the same is looked of what was said at other gateways. */
const EVERYWHERE = 60_000
/** So many times a few rows are deleted in one run. */
const STEPS = 50

/** Until another plugin tells what calls there are. */
const NO_CALLS: Calls = { find: async () => [], retention: 0 }

export default definePlugin({
  name: 'feedback',
  about: 'Takes scores of answers from callers and operators, so that targets are compared by them, too.',
  tables: { feedback },
  setup({ db, now, inherited }) {
    const tally = (inherited as Tally | undefined) ?? createTally()
    let calls = NO_CALLS
    let guard = (text: string) => text
    const book = openBook({ db, now, calls: () => calls, guard: text => guard(text) })

    const say: Feedback['say'] = async said => {
      const fates = await book.say(said, {})
      for (const [i, { name }] of said.entries()) if (fates[i] !== 'unknown') tally.add(name, 'operator')
      return fates
    }

    return {
      exports: {
        tellCalls(told) {
          calls = told
        },
        guardComments(known) {
          guard = known
        },
        say,
        counted: tally.all,
      } satisfies Feedback,
      heritage: tally,
      api: createFeedbackApi({ db, book, tally, say }),
      ticks: [
        { every: CATCH_UP, run: book.catchUp },
        { every: EVERYWHERE, run: book.lookEverywhere },
        {
          every: FORGET,
          async run() {
            for (let i = 0; i < STEPS && (await book.forget()); i++);
          },
        },
      ],
    }
  },
})
