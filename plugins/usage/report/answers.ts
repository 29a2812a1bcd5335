import type { Database } from '../../../src/database/open.ts'
import type { Pricer } from '../../prices/model.ts'
import type { OutcomesQuestion } from '../model.ts'
import { type ForecastQuestion, forecastPage } from './forecast.ts'
import { readLastUses } from './last-uses.ts'
import { readCall, readEdges, readLog } from './log.ts'
import type { LogQuestion } from './log-question.ts'
import { readMarkers } from './markers.ts'
import { readNames } from './names.ts'
import { readLastLine, readOutcomes } from './outcomes.ts'
import { readPairs } from './pairs.ts'
import { readCallScores, readScorePairs, readScores } from './scores.ts'
import type { Question } from './statement.ts'
import { sumUp, timeUp } from './sums.ts'
import { readFailedTries } from './tries.ts'
import { type PriceQuestion, unitPrices } from './unit-prices.ts'
import { answerUsage, type UsageQuestion } from './usage.ts'

/** Where answers come from. */
export interface Sources {
  readonly db: Database
  readonly price: () => Promise<Pricer['price']>
}

type Periods = Parameters<typeof readMarkers>[1]

/** Every question that can be asked. Questions and answers are plain data: they travel between threads. */
const answers = {
  usage: ({ db }: Sources, question: UsageQuestion) => answerUsage(db, question),
  sums: ({ db }: Sources, question: Question) => sumUp(db, question),
  times: ({ db }: Sources, question: Question) => timeUp(db, question),
  tries: ({ db }: Sources, question: Periods) => readFailedTries(db, question),
  pairs: ({ db }: Sources, question: Parameters<typeof readPairs>[1]) => readPairs(db, question),
  scores: ({ db }: Sources, question: Periods) => readScores(db, question),
  scorePairs: ({ db }: Sources, question: Parameters<typeof readScorePairs>[1]) =>
    readScorePairs(db, question),
  callScores: ({ db }: Sources, id: string) => readCallScores(db, id),
  markers: ({ db }: Sources, question: Periods) => readMarkers(db, question),
  log: ({ db }: Sources, question: LogQuestion) => readLog(db, question),
  call: ({ db }: Sources, id: string) => readCall(db, id),
  names: ({ db }: Sources, _: null) => readNames(db),
  lastUses: ({ db }: Sources, keys: readonly string[]) => readLastUses(db, keys),
  lastLine: ({ db }: Sources, _: null) => readLastLine(db),
  outcomes: ({ db }: Sources, question: OutcomesQuestion) => readOutcomes(db, question),
  edges: ({ db }: Sources, _: null) => readEdges(db),
  prices: async ({ price }: Sources, question: PriceQuestion) => unitPrices(await price(), question),
  forecast: async ({ db, price }: Sources, question: ForecastQuestion) =>
    forecastPage(db, await price(), question),
} as const

export type Kind = keyof typeof answers
export type QuestionOf<K extends Kind> = Parameters<(typeof answers)[K]>[1]
export type AnswerOf<K extends Kind> = Awaited<ReturnType<(typeof answers)[K]>>

/** Asks. */
export type Ask = <K extends Kind>(kind: K, question: QuestionOf<K>) => Promise<AnswerOf<K>>

/** Answers in this thread. */
export const answerHere =
  (sources: Sources): Ask =>
  <K extends Kind>(kind: K, question: QuestionOf<K>) => {
    const answer = answers[kind] as (sources: Sources, question: QuestionOf<K>) => Promise<AnswerOf<K>>
    return answer(sources, question)
  }
