import type { Page } from 'playwright-core'

const source = await Bun.file(new URL(import.meta.resolve('axe-core/axe.min.js'))).text()
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** What axe-core finds wrong with a page, one line each. It is run from outside: pages themselves load nothing of it. */
export async function violations(page: Page): Promise<string[]> {
  const run = `${source};axe.run({ runOnly: ${JSON.stringify(tags)} })`
  const found = (await page.evaluate(run)) as { readonly violations: readonly Violation[] }
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary.slice(0, 200)}`),
  )
}
