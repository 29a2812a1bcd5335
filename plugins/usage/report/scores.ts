import { sql } from 'drizzle-orm'
import type { Database } from '../../../src/database/open.ts'
import type { Range } from './cover.ts'
import type { Differences } from './pairs.ts'

/** Who speaks of answers: jobs and people of the operator, or those who asked. */
export const speakers = ['caller', 'operator'] as const
export type Speaker = (typeof speakers)[number]

/** What callers, or operators, said of the answers of one target in one period, under one name. */
export interface ScoreSum extends Differences {
  readonly name: string
  /** No caller has a say in what a judge of the operator's says. */
  readonly by: Speaker
  /** `provider/id`. */
  readonly target: string
  /** It was said of copies that went to a mirror. */
  readonly isMirror: boolean
  /** The period, by its place in the question. */
  readonly bucket: number
}

/** What a mirror's answers scored more than those that callers got, call by call. */
export interface ScorePairs extends Differences {
  readonly name: string
  /** The model behind the mirror. */
  readonly target: string
}

/** What one call, or its copy, was given. */
export interface CallScore {
  readonly isMirror: boolean
  readonly name: string
  readonly score: number
  readonly comment: string | null
  /** Milliseconds since 1970. */
  readonly saidAt: number
  readonly by: Speaker
  /** Of a caller the key, where not all of its path speak as one, else the path. */
  readonly speaker: string
}

/** Those that are meant, each name once for callers and for operators: a side may be several targets. */
export const scoresOf = (scores: readonly ScoreSum[], isMeant: (score: ScoreSum) => boolean): ScoreSum[] =>
  [...Map.groupBy(scores.filter(isMeant), ({ name, by }) => `${by} ${name}`).values()].map(same => ({
    ...same[0]!,
    count: addUp(same, 'count'),
    sum: addUp(same, 'sum'),
    squares: addUp(same, 'squares'),
  }))

const addUp = (scores: readonly ScoreSum[], figure: keyof Differences): number =>
  scores.reduce((sum, score) => sum + score[figure], 0)

/** Whoever may speak of all calls. */
const IS_OPERATOR = sql.raw(`f."within" = '/' and f.holder = ''`)
const BY = sql`case when ${IS_OPERATOR} then 'operator' else 'caller' end "by"`

// Rows of the plugin `feedback`. One whose call is not known yet has no virtual model, and is found by none of these.

/** Scores of the answers to calls of a redirect, by period, target, name and who speaks. */
export async function readScores(
  db: Database,
  { source, ranges }: { readonly source: string; readonly ranges: readonly Range[] },
): Promise<ScoreSum[]> {
  const periods = JSON.stringify(ranges.map(({ from, to }) => [from, to]))
  const rows = await db.all<Omit<ScoreSum, 'isMirror'> & { readonly isMirror: number }>(sql`
    select p.key bucket, f.provider || '/' || f.model target, f.mirrored isMirror, f.name,
      ${BY}, count(*) count, total(f.score) sum, total(f.score * f.score) squares
    from json_each(${periods}) p cross join feedback f
    where f.virtual_model = ${source} and f.at >= p.value->>0 and f.at < p.value->>1 and f.model is not null
    group by 1, 2, 3, 4, 5 order by 4, 5`)
  return rows.map(row => ({ ...row, isMirror: row.isMirror === 1 }))
}

/** The calls of a redirect of which operators scored both answers under one name: callers see no copies. */
export const readScorePairs = (
  db: Database,
  { source, period: { from, to } }: { readonly source: string; readonly period: Range },
): Promise<ScorePairs[]> =>
  db.all<ScorePairs>(sql`
    with copies as (
      select request_id, provider || '/' || model target, name, avg(score) score from feedback
      where virtual_model = ${source} and at >= ${from} and at < ${to} and mirrored
      group by 1, 2, 3
    ), pairs as (
      select m.target, m.name, m.score - (
        select avg(f.score) from feedback f
        where f.request_id = m.request_id and not f.mirrored and f.name = m.name and f.at is not null and ${IS_OPERATOR}
      ) more
      from copies m
    )
    select target, name, count(*) count, total(more) sum, total(more * more) squares
    from pairs where more is not null group by 1, 2 order by 2`)

/** What was said of a call and of its copy. */
export async function readCallScores(db: Database, requestId: string): Promise<CallScore[]> {
  const rows = await db.all<Omit<CallScore, 'isMirror'> & { readonly isMirror: number }>(sql`
    select f.mirrored isMirror, f.name, f.score, f.comment, f.said_at saidAt, ${BY},
      coalesce(nullif(f.holder, ''), f."within") speaker
    from feedback f where f.request_id = ${requestId} and f.at is not null order by f.mirrored, f.id`)
  return rows.map(row => ({ ...row, isMirror: row.isMirror === 1 }))
}
