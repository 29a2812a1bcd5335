import type { Calls } from './calls.ts'
import type { Seen } from './curl.ts'
import type { Line } from './lines.ts'
import { type Asked, type QuestionDeps, toMistake, toQuestion } from './question.ts'

/** Makes one call of what was filled in, or says what is wrong with it. */
export type Ask = (asked: Asked, seen: Seen, signal: AbortSignal) => AsyncGenerator<Line, void>

export const createPlayground = ({ calls, ...deps }: QuestionDeps & { readonly calls: Calls }): Ask =>
  async function* ask(asked, seen, signal) {
    let question: ReturnType<typeof toQuestion>
    try {
      question = toQuestion(asked, deps)
    } catch (error) {
      const mistake = toMistake(error)
      if (mistake === undefined) throw error
      yield { tone: 'bad', put: { state: 'Not asked' }, mistake }
      return
    }
    yield* calls.run(question, seen, signal)
  }
