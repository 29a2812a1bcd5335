import * as v from 'valibot'
import { type Api, defineApi } from '../../src/api.ts'
import type { State } from './state.ts'
import type { Tried } from './try.ts'

const tone = v.picklist(['bad', 'amber'])
const time = v.nullable(v.string())

const stateView = v.object({
  hooks: v.array(
    v.object({
      number: v.number(),
      host: v.string(),
      format: v.picklist(['json', 'slack']),
      least: tone,
      waiting: v.pipe(v.number(), v.description('Notices that it has yet to be told')),
      last_sent_at: time,
      last_failure: v.nullable(v.object({ at: v.string(), reason: v.string() })),
    }),
  ),
  standing: v.array(
    v.object({
      key: v.string(),
      tone,
      text: v.string(),
      page: v.pipe(v.string(), v.description('Below /dashboard')),
      since: v.pipe(time, v.description('Null where it was not counted: nobody is told, or not yet')),
      told_at: time,
    }),
  ),
  sent: v.pipe(
    v.array(
      v.object({
        id: v.string(),
        type: v.picklist(['concern.began', 'concern.ended', 'test']),
        key: v.string(),
        tone,
        text: v.string(),
        at: v.string(),
        hook: v.pipe(
          v.nullable(v.number()),
          v.description('Its number; null where it is not there any more'),
        ),
        state: v.picklist(['sent', 'waiting', 'lost']),
        sent_at: time,
        failure: v.nullable(v.string()),
      }),
    ),
    v.description('The last 100, newest first'),
  ),
})

const triedView = v.array(
  v.object({
    number: v.number(),
    host: v.string(),
    ok: v.boolean(),
    ms: v.number(),
    reason: v.optional(v.string()),
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

const toView = ({ hooks, standing, sent }: State): v.InferInput<typeof stateView> => ({
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
})
