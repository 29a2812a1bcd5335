import * as v from 'valibot'
import { type Api, defineApi } from '../../src/contract/api.ts'
import { says } from '../../src/contract/settings.ts'
import type { State } from './state.ts'
import type { Tried } from './try.ts'

const tone = v.picklist(['bad', 'amber'])
const time = v.nullable(v.string())

const stateView = v.object({
  hooks: says(
    'Where notices go',
    v.array(
      v.object({
        number: says('In the order of the configuration, from 1', v.number()),
        host: says('Of its address; the rest may be secret', v.string()),
        format: says('What it gets', v.picklist(['json', 'slack'])),
        least: says('What it hears of: `bad`, or `amber` and `bad`', tone),
        waiting: v.pipe(v.number(), v.description('Notices that it has yet to be told')),
        last_sent_at: says('When it took one last', time),
        last_failure: says(
          'The last try that failed',
          v.nullable(v.object({ at: says('When', v.string()), reason: says('Why', v.string()) })),
        ),
      }),
    ),
  ),
  standing: says(
    'What needs attention now',
    v.array(
      v.object({
        key: says('The same on every gateway', v.string()),
        tone: says('`bad`: calls fail because of it', tone),
        text: says('What it is, in a sentence', v.string()),
        page: v.pipe(v.string(), v.description('Below /dashboard')),
        since: v.pipe(time, v.description('Null where it was not counted: nobody is told, or not yet')),
        told_at: says('When somebody was told', time),
      }),
    ),
  ),
  sent: v.pipe(
    v.array(
      v.object({
        id: says('Of the notice', v.string()),
        type: says(
          'It begins, it is over, or somebody tried',
          v.picklist(['concern.began', 'concern.ended', 'test']),
        ),
        key: says('Of what it is about', v.string()),
        tone: says('`bad`: calls fail because of it', tone),
        text: says('What was told', v.string()),
        at: says('When', v.string()),
        hook: v.pipe(
          v.nullable(v.number()),
          v.description('Its number; null where it is not there any more'),
        ),
        state: says('What became of it', v.picklist(['sent', 'waiting', 'lost'])),
        sent_at: says('When it was taken', time),
        failure: says('Why the last try failed', v.nullable(v.string())),
      }),
    ),
    v.description('The last 100, newest first'),
  ),
  is_part: says(
    'The database does not answer: `standing` is what this gateway sees, `hooks` and `sent` are left out',
    v.boolean(),
  ),
})

const triedView = v.array(
  v.object({
    number: says('In the order of the configuration, from 1', v.number()),
    host: says('Of its address', v.string()),
    ok: says('It took the test', v.boolean()),
    ms: says('How long that took', v.number()),
    reason: says('Why it did not', v.optional(v.string())),
  }),
)

const SENT = 100

export interface ApiDeps {
  readonly read: (most: number) => Promise<State>
  readonly tryAll: () => Promise<readonly Tried[]>
}

export const createNoticesApi = ({ read, tryAll }: ApiDeps): Api[] => [
  defineApi({
    method: 'GET',
    path: '/admin/notices',
    access: 'admin',
    tag: 'Notices',
    summary: 'What needs attention, who is told, and what was sent',
    description: 'Of the address of a hook only its host is shown: the rest may be a credential.',
    answer: { about: 'How things are', schema: stateView },
    run: async () => toView(await read(SENT)),
  }),
  defineApi({
    method: 'POST',
    path: '/admin/notices/test',
    access: 'admin',
    tag: 'Notices',
    summary: 'Send a test to every hook',
    answer: { about: 'What came of it, for each hook; empty where there is none', schema: triedView },
    run: tryAll,
  }),
]

const text = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())

const toView = ({ hooks, standing, sent, isPart }: State): v.InferInput<typeof stateView> => ({
  hooks: hooks.map(({ lastSentAt, lastFailure, ...hook }) => ({
    ...hook,
    last_sent_at: text(lastSentAt),
    last_failure: lastFailure && { at: text(lastFailure.at)!, reason: lastFailure.reason },
  })),
  standing: standing.map(({ place, since, toldAt, ...concern }) => ({
    ...concern,
    page: place,
    since: text(since),
    told_at: text(toldAt),
  })),
  sent: sent.map(({ id, type, key, tone, text: said, at, hook, sentAt, failure, isOver }) => ({
    id,
    type,
    key,
    tone,
    text: said,
    at: text(at)!,
    hook,
    state: sentAt !== null ? 'sent' : isOver ? 'lost' : 'waiting',
    sent_at: text(sentAt),
    failure,
  })),
  is_part: isPart,
})
