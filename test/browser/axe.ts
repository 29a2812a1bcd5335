import { existsSync, readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'

/** Where axe-core is: `AXE_PATH`, or the package, where it is installed. */
function findAxe(): string | undefined {
  const paths = [
    process.env.AXE_PATH,
    new URL('../../node_modules/axe-core/axe.min.js', import.meta.url).pathname,
  ]
  return paths.find(path => path !== undefined && existsSync(path))
}

export const axePath = findAxe()

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** What axe-core finds on a page, in a line each. */
export async function findBarriers(page: Page): Promise<string[]> {
  if (axePath === undefined) throw new Error('axe-core is not installed: set AXE_PATH to its axe.min.js')
  const run = `${readFileSync(axePath, 'utf8')};axe.run({ runOnly: ${JSON.stringify(TAGS)} })`
  const { violations } = (await page.evaluate(run)) as { readonly violations: readonly Violation[] }
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary.slice(0, 200)}`),
  )
}
