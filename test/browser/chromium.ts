import { existsSync } from 'node:fs'

/** Chromium without what is around pages: draws the same, and needs half of the processor. */
export const SHELL = '/usr/bin/chromium-headless-shell'

/** Where Chromium is; undefined where there is none. */
export function findChromium(): string | undefined {
  const paths = [
    process.env.CHROMIUM_PATH,
    SHELL,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ]
  return paths.find(path => path !== undefined && existsSync(path))
}
