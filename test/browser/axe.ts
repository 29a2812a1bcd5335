import { expect } from 'bun:test'
import type { Page } from 'playwright-core'

const source = await Bun.file(new URL(import.meta.resolve('axe-core/axe.min.js'))).text()
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice']

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[]
}

/** What axe-core finds wrong with a page, or a part of it, one line each. It is run from outside: pages themselves load nothing of it. */
export async function violations(page: Page, within = 'html'): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source)
  // Colours that are on their way to others have contrasts that nobody will see.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter(each => each instanceof CSSTransition)
        .map(({ finished }) => finished),
    ),
  )
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

/**
 * Each of these views has no violation, wide in light colours and narrow in dark ones, and never has to be moved sideways.
 * Colours do not depend on the size, nor it on them.
 */
export async function expectFitForAll(page: Page, views: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 390],
  ] as const) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 844 })
    for (const show of views) {
      await show()
      expect(await violations(page)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    }
  }
  await page.emulateMedia({ colorScheme: null })
  await page.setViewportSize({ width: 1280, height: 900 })
}
