import { expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { MASTER, type Running, startGateway } from './kit.ts'
import { setStage } from './stage.ts'
import { createSteps } from './steps.ts'

setDefaultTimeout(20_000)

let gateway: Running
let page: Page
const { row, dialog, closed, said, create } = createSteps(() => page)

setStage(startGateway, stage => {
  ;({ gateway, page } = stage)
})

/** What somebody else does through the admin API. */
async function other(method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${gateway.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return answer.status === 204 ? undefined : await answer.json()
}

const put = (body: object) => other('PUT', '/admin/virtual-models', body)
const remove = (source: string) => other('DELETE', '/admin/virtual-models', { source })
const stored = async (source: string) =>
  ((await other('GET', '/admin/virtual-models')) as { source: string }[]).find(
    view => view.source === source,
  ) as Record<string, unknown> | undefined
const actions = async (subject: string) =>
  ((await other('GET', `/admin/history?subject=${subject}`)) as { data: { action: string }[] }).data.map(
    ({ action }) => action,
  )
const focused = (): Promise<string> =>
  page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent?.trim() || '')

test('an edit of what was deleted meanwhile saves nothing by itself, and offers to create it anew', async () => {
  await create('vanishing', 'demo/parrot')
  await row('vanishing').getByRole('link', { name: 'Edit' }).click()
  await page.getByLabel('Description').fill('typed with care')
  await remove('vanishing')
  await page.getByRole('button', { name: 'Save' }).click()
  await dialog().getByRole('alert').getByText('was deleted by somebody else').waitFor()
  expect(await stored('vanishing')).toBeUndefined()
  expect(await page.getByLabel('Description').inputValue()).toBe('typed with care')
  await dialog().getByRole('button', { name: 'Create redirect' }).click()
  await closed()
  expect(await stored('vanishing')).toMatchObject({ description: 'typed with care' })
})

test('so does a rename of what was deleted meanwhile', async () => {
  await create('moving', 'demo/parrot')
  await row('moving').getByRole('link', { name: 'Edit' }).click()
  await page.getByLabel('Source').fill('moved')
  await remove('moving')
  await page.getByRole('button', { name: 'Save' }).click()
  await dialog().getByRole('alert').getByText('“moving” was deleted by somebody else').waitFor()
  expect(await stored('moved')).toBeUndefined()
  await page.keyboard.press('Escape')
  await closed()
})

test('an edit of what was changed meanwhile overwrites nothing', async () => {
  await create('shared', 'demo/parrot')
  await row('shared').getByRole('link', { name: 'Edit' }).click()
  await put({ source: 'shared', target_model: 'demo/storyteller' })
  await page.getByRole('button', { name: 'Save' }).click()
  await dialog().getByRole('alert').getByText('was changed by somebody else').waitFor()
  expect(await stored('shared')).toMatchObject({ target_model: 'demo/storyteller' })
  await page.keyboard.press('Escape')
  await closed()
})

test('a deletion of what was changed meanwhile comes back with what it is now, and goes on from there', async () => {
  await create('repointed', 'demo/parrot')
  await row('repointed').getByRole('link', { name: 'Delete' }).click()
  await dialog().getByText('demo/parrot').waitFor()
  await put({ source: 'repointed', target_model: 'demo/storyteller', user_paths: ['/team/alpha'] })
  await dialog().getByRole('button', { name: 'Delete' }).click()
  await dialog().getByRole('alert').getByText('Somebody else has changed it').waitFor()
  expect(await dialog().textContent()).toContain('demo/storyteller')
  expect(await dialog().textContent()).toContain('/team/alpha')
  expect(await stored('repointed')).toBeDefined()
  await dialog().getByRole('button', { name: 'Delete' }).click()
  await closed()
  await said('“repointed” is deleted')
  expect(await stored('repointed')).toBeUndefined()
})

test('a deletion of what is deleted already says so', async () => {
  await create('twice', 'demo/parrot')
  await row('twice').getByRole('link', { name: 'Delete' }).click()
  await dialog().getByRole('button', { name: 'Delete' }).waitFor()
  await remove('twice')
  await dialog().getByRole('button', { name: 'Delete' }).click()
  await dialog().getByText('There is no virtual model “twice” any more').waitFor()
  await page.keyboard.press('Escape')
  await closed()
})

test('a deletion is undone with the keyboard, as it was, and history tells it', async () => {
  await put({
    source: 'dear',
    targets: [{ model: 'demo/parrot', weight: 3 }, { model: 'demo/gone' }],
    description: 'with everything',
    user_paths: ['/team/alpha'],
    force: true,
  })
  await page.reload()
  await row('dear').getByRole('link', { name: 'Delete' }).click()
  expect(await dialog().textContent()).not.toContain('cannot be undone')
  await page.keyboard.press('Enter')
  await closed()
  await said('“dear” is deleted')
  expect(await row('dear').count()).toBe(0)
  expect(await focused()).toBe('Undo')
  expect(await page.evaluate(() => scrollY)).toBe(0)
  // It waits for whoever needs a moment, and walking on does not take it away.
  await page.keyboard.press('Tab')
  await page.keyboard.press('Shift+Tab')
  expect(await focused()).toBe('Undo')
  await page.keyboard.press('Enter')
  await said('“dear” is back')
  await row('dear').waitFor()
  expect(await focused()).toStartWith('delete-')
  expect(await stored('dear')).toMatchObject({
    targets: [
      { model: 'demo/parrot', weight: 3 },
      { model: 'demo/gone', weight: 1 },
    ],
    description: 'with everything',
    user_paths: ['/team/alpha'],
  })
  expect(await actions('dear')).toEqual(['restore', 'delete', 'create'])
})

test('Escape, or a click elsewhere, takes the offer away', async () => {
  const notice = page.locator('#notice')
  for (const leave of [
    () => page.keyboard.press('Escape'),
    () => page.getByRole('heading', { name: 'Models', exact: true }).click({ position: { x: 5, y: 5 } }),
  ]) {
    await create('fleeting', 'demo/parrot')
    await row('fleeting').getByRole('link', { name: 'Delete' }).click()
    await dialog().getByRole('button', { name: 'Delete' }).click()
    await notice.getByRole('button', { name: 'Undo' }).waitFor()
    await leave()
    await notice.waitFor({ state: 'hidden' })
    expect(await notice.textContent()).toBe('')
  }
})

test('what was made anew under the name meanwhile is not overwritten by an undo', async () => {
  await create('reborn', 'demo/parrot')
  await row('reborn').getByRole('link', { name: 'Delete' }).click()
  await dialog().getByRole('button', { name: 'Delete' }).click()
  await closed()
  await put({ source: 'reborn', target_model: 'demo/storyteller' })
  await page.locator('#notice').getByRole('button', { name: 'Undo' }).click()
  await said('“reborn” cannot be brought back')
  expect(await stored('reborn')).toMatchObject({ target_model: 'demo/storyteller' })
})
