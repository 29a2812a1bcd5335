import { afterAll, afterEach, beforeAll, expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { openBrowser, type Running, signIn, type Watched } from './kit.ts'

export interface Stage {
  readonly gateway: Running
  readonly browser: Watched
  readonly page: Page
}

/**
 * For all tests of a file: a gateway, and a browser in which the operator is signed in. After each test nothing must
 * have happened in it that should not. `ready` is told of them, and brings them to where the tests begin.
 */
export function setStage(start: () => Promise<Running>, ready: (stage: Stage) => void | Promise<void>): void {
  let gateway: Running | undefined
  let browser: Watched | undefined
  beforeAll(async () => {
    gateway = await start()
    browser = await openBrowser(gateway.url)
    const { page } = browser
    await signIn(page, gateway.url)
    await ready({ gateway, browser, page })
  })
  afterEach(() => {
    expect(browser?.problems.splice(0)).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await gateway?.stop()
  })
}
