import type { Ask } from './answers.ts'
import type { LogPage, Row } from './log.ts'
import type { LogQuestion } from './log-question.ts'

/** Milliseconds that are spent on a page. */
const PATIENCE = 3000

/** Asks until a page is full, or has taken long enough. */
export async function fillPage(ask: Ask, question: LogQuestion, patience = PATIENCE): Promise<LogPage> {
  const began = performance.now()
  const rows: Row[] = []
  // One more, to know whether there is another page.
  const limit = question.limit + 1
  for (let after = question.after; ; ) {
    const page = await ask('log', { ...question, after, limit: limit - rows.length })
    rows.push(...page.rows)
    if (rows.length === limit) return { rows: rows.slice(0, -1), next: rows.at(-2) }
    if (page.next === undefined || performance.now() - began > patience) return { rows, next: page.next }
    after = page.next
  }
}
