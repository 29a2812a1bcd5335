import { afterAll, beforeAll, expect, test } from 'bun:test'
import { violations } from '../browser/axe.ts'
import { openBrowser, type Running, startGateway, type Watched } from '../browser/kit.ts'
import { type Identity, operatorsOf, startIdentity } from './kit.ts'

let identity: Identity
let gateway: Running
let browser: Watched

beforeAll(async () => {
  identity = await startIdentity()
  gateway = await startGateway(operatorsOf(identity))
  browser = await openBrowser(gateway.url)
}, 30_000)
afterAll(async () => {
  await browser?.close()
  await gateway?.stop()
  await identity?.[Symbol.asyncDispose]()
})

/** Screenshots for people, where they ask for them. */
const shoot = async (name: string) => {
  const folder = process.env.SCREENSHOTS
  if (folder !== undefined) await browser.page.screenshot({ path: `${folder}/${name}.png` })
}

const jane = { sub: 'jane', email: 'jane@example.com', email_verified: true, groups: ['platform-admins'] }
const button = () => browser.page.getByRole('link', { name: 'Continue with single sign-on' })

test('an operator signs in at the identity provider by keyboard, works, is named, and signs out', async () => {
  const { page } = browser
  await identity.plan({ claims: jane })
  await page.goto(`${gateway.url}/dashboard/keys?q=x`)
  await shoot('sign-in')
  await button().focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'API keys' }).waitFor()
  expect(page.url()).toBe(`${gateway.url}/dashboard/keys?q=x`)
  await page.getByText('jane@example.com').waitFor()
  await shoot('signed-in')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await button().waitFor()
  await page.goto(`${gateway.url}/dashboard/keys`)
  await button().waitFor()
}, 30_000)

test('whoever is no operator is told so at the sign-in, and can use the master key instead', async () => {
  const { page } = browser
  await identity.plan({ claims: { ...jane, groups: [] } })
  await page.goto(`${gateway.url}/sign-in`)
  await button().click()
  await page.getByRole('alert').getByText('jane@example.com is no operator of this gateway').waitFor()
  expect(await violations(page)).toEqual([])
  await shoot('refused')
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.setViewportSize({ width: 360, height: 740 })
  await shoot('refused-dark-narrow')
  expect(await violations(page)).toEqual([])
  expect(await page.getByLabel('Master key').isVisible()).toBe(true)
}, 30_000)

test('nothing went wrong on any of these pages', () => {
  const away = (problem: string) => problem.startsWith(`request: ${identity.url}/`)
  expect(browser.problems.filter(problem => !away(problem))).toEqual([])
})
