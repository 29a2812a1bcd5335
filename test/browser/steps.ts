import type { Locator, Page } from 'playwright-core'

/**
 * Waits until the dialog is gone, and what follows from that is done: the browser tells of it a task later, and only then
 * the address and the focus are those of the page again.
 */
export async function closed(page: Page): Promise<void> {
  await page.locator('dialog:modal').waitFor({ state: 'detached' })
  await page.evaluate(() => new Promise(done => requestAnimationFrame(() => setTimeout(done))))
}

/**
 * A page asks for fresh figures every five seconds. This is as if they were over, and waits until the answer is there. That
 * a page does it by itself is seen in limits.test.ts.
 */
export async function beat(page: Page): Promise<void> {
  const pulse = page.locator('#pulse')
  const before = await pulse.getAttribute('hx-get')
  await pulse.dispatchEvent('every')
  await page.locator(`#pulse:not([hx-get="${before}"])`).waitFor({ state: 'attached' })
}

/** What a person does on the page of the models. */
export const createSteps = (page: () => Page) => {
  const dialog = (): Locator => page().locator('dialog:modal')

  async function openForm(): Promise<void> {
    await page().getByRole('link', { name: 'New virtual model' }).click()
    await dialog().waitFor()
  }

  return {
    dialog,
    closed: () => closed(page()),
    openForm,
    row: (name: string): Locator =>
      page()
        .locator('#models tbody tr')
        .filter({ has: page().locator('.name').getByText(name, { exact: true }) }),
    said: (text: string): Promise<void> => page().locator('#notice').getByText(text).waitFor(),
    async create(source: string, target: string): Promise<void> {
      await openForm()
      await page().getByLabel('Source').fill(source)
      await page().getByLabel('Target model 1').fill(target)
      await page().getByRole('button', { name: 'Create redirect' }).click()
      await closed(page())
    },
  }
}
