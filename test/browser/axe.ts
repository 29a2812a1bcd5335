import type { Page } from 'playwright-core'

const source = await Bun.file(new URL(import.meta.resolve('axe-core/axe.min.js'))).text()
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice']

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[]
}

/** What axe-core finds wrong with a page, or a part of it, one line each. It is run from outside: pages themselves load nothing of it. */
export async function violations(page: Page, within = 'html'): Promise<string[]> {
  await page.evaluate(source)
  const found = await page.evaluate(
    ([within, tags]) => {
      const { axe } = globalThis as unknown as {
        axe: { run(within: string, options: object): Promise<{ violations: Violation[] }> }
      }
      return axe.run(within, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
    },
    [within, tags] as const,
  )
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  )
}
