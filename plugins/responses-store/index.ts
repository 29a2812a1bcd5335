import * as v from 'valibot'
import { definePlugin } from '../../src/contract/plugin.ts'
import { bytes, csv, retention, says } from '../../src/contract/settings.ts'
import type { ResponsesLanguage } from '../dialects/openai-responses/index.ts'
import { createAnswerPassages } from './answer-passages.ts'
import { createAskPassages } from './ask-passages.ts'
import { createHooks } from './hooks.ts'
import { createJournal, createMemory, type Memory } from './journal.ts'
import { createKeeper } from './keeper.ts'
import { conversationItems, conversations, responseItems, responses } from './schema.ts'
import { createShelf } from './shelf.ts'
import { createFinder } from './state.ts'
import { createTalkPassages } from './talk-passages.ts'
import { createTalks } from './talks.ts'

/** Milliseconds for which an answer may be in memory only. */
const FLUSH = 100
const FORGET = 30_000
/** A thousand years. */
const FOR_EVER = 31_557_600_000_000

export default definePlugin({
  name: 'responses-store',
  about: 'Keeps answers and conversations, so that the next request need not repeat them.',
  config: v.object({
    retention: says(
      'How long answers of /v1/responses and conversations are kept after their last use; 0: for ever',
      v.optional(retention(), '30d'),
    ),
    sizeLimit: says('An answer that is larger, with its input, is not kept', v.optional(bytes(), '4M')),
    providers: says(
      'Providers (types or names) that keep such answers themselves',
      v.optional(csv(), ['openai', 'azure', 'xai']),
    ),
  }),
  env: {
    retention: ['RESPONSES_RETENTION'],
    sizeLimit: ['RESPONSES_SIZE_LIMIT'],
    providers: ['RESPONSES_KEPT_BY'],
  },
  changeable: ['sizeLimit', 'providers'],
  needs: ['openai-responses'],
  tables: { responses, responseItems, conversations, conversationItems },
  setup(host) {
    const { config, db, now, log, inherited } = host
    const { sizeLimit } = config
    const retention = config.retention === 0 ? FOR_EVER : config.retention
    const language = host.use<ResponsesLanguage>('openai-responses')
    const memory = (inherited as Memory | undefined) ?? createMemory()
    const journal = createJournal(db, log, now, memory)
    const shelf = createShelf({ db, journal, memory, now, retention })
    const talks = createTalks({ db, journal, now, retention })
    const find = createFinder({ shelf, talks, language })
    const { dialect, compact } = language
    const { isConcerned, guard, ...hooks } = createHooks({
      dialect: dialect.name,
      readers: new Set([dialect.name, compact.name]),
      find,
      keep: createKeeper({ journal, shelf, now, log, retention, sizeLimit }),
      providers: host.providers,
      keepers: new Set(config.providers),
    })
    return {
      ...hooks,
      // Most requests refer to nothing, and should not wait.
      guard: (body, x) => (isConcerned(body, x) ? guard(body, x) : body),
      passages: [
        ...createAskPassages({ host, language, find }),
        ...createAnswerPassages({ shelf, language }),
        ...createTalkPassages({ talks, sizeLimit }),
      ],
      heritage: memory,
      ticks: [
        { every: FLUSH, run: journal.tick },
        {
          every: FORGET,
          async run() {
            await shelf.forget()
            await talks.forget()
          },
        },
      ],
      close: journal.close,
    }
  },
})
