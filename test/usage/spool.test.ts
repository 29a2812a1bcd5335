import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { openSpool, type Spool } from '../../src/base/spool.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelway-spool-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const owner = () => crypto.randomUUID()
const open = (options: { owner?: string; origin?: number; limit?: number; now?: () => number } = {}) =>
  openSpool({ folder, origin: 1, owner: owner(), limit: 1e9, ...options })

/** Everything that waits, taken out. */
function readAll(spool: Spool): { lines: string[]; torn: number } {
  const lines: string[] = []
  let torn = 0
  for (let found = spool.read(1000); found; found = spool.read(1000)) {
    lines.push(...found.lines)
    torn += found.torn
    found.done()
  }
  return { lines, torn }
}

const files = () => readdirSync(folder)
const only = () => join(folder, files()[0]!)

describe('openSpool()', () => {
  test('gives back every line, in order, whatever it says', () =>
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 3000 })), texts => {
        const lines = texts.map(text => JSON.stringify(text))
        const spool = open()
        for (const line of lines) expect(spool.append(line)).toBe(true)
        expect(readAll(spool)).toEqual({ lines, torn: 0 })
        expect([spool.waiting(), spool.read(1000)]).toEqual([0, undefined])
        spool.close()
        expect(files()).toEqual([])
      }),
      { numRuns: 30 },
    ))

  test('reads a line again until it is done', () => {
    const spool = open()
    spool.append('one')
    expect(spool.read(1000)!.lines).toEqual(['one'])
    expect(spool.read(1000)!.lines).toEqual(['one'])
    spool.read(1000)!.done()
    expect(spool.read(1000)).toBe(undefined)
  })

  test('refuses what is beyond its bound, and takes again when there is room', () => {
    const spool = open({ limit: 400_000 })
    const line = 'x'.repeat(100_000)
    expect([1, 2, 3, 4].map(() => spool.append(line))).toEqual([true, true, true, false])
    readAll(spool)
    expect(spool.append(line)).toBe(true)
  })

  test('takes over what an earlier process with its number left, but for a torn last line', () => {
    const dead = open({ origin: 1 })
    for (const line of ['one', 'two', 'three']) dead.append(line)
    truncateSync(only(), readFileSync(only()).length - 3)
    const heir = open({ origin: 2 })
    expect(readAll(heir).lines).toEqual(['one', 'two'])
    heir.close()
    expect(files()).toEqual([])
  })

  test('leaves out damaged lines, and only those', () => {
    const dead = open({ origin: 1 })
    dead.append('one')
    appendFileSync(only(), '00000000 damaged\nnonsense\n\n')
    dead.append('two')
    const heir = open({ origin: 2 })
    expect(readAll(heir)).toEqual({ lines: ['one', 'two'], torn: 3 })
  })

  test('leaves the spool of another gateway of this process alone, unless it is silent for a minute', () => {
    let now = Date.now()
    const other = open()
    other.append('mine')
    const spool = open({ now: () => now })
    expect(readAll(spool).lines).toEqual([])
    now += 61_000
    spool.beat()
    expect(readAll(spool).lines).toEqual(['mine'])
  })

  test('an heir with the same name takes over at once', () => {
    const name = owner()
    open({ owner: name }).append('left')
    expect(readAll(open({ owner: name })).lines).toEqual(['left'])
  })

  test('two that want the same leftover: one of them gets it', () => {
    open({ origin: 1 }).append('left')
    const [one, two] = [open({ origin: 2 }), open({ origin: 2 })]
    expect([...readAll(one).lines, ...readAll(two).lines]).toEqual(['left'])
  })

  test('begins a new file when somebody has removed its own', () => {
    const spool = open()
    spool.append('one')
    renameSync(only(), join(folder, 'elsewhere'))
    rmSync(join(folder, 'elsewhere'))
    spool.append('two')
    expect(files().length).toBe(1)
    expect(readFileSync(only(), 'utf8')).toContain(' two\n')
    expect(readAll(spool).lines).toEqual(['one', 'two'])
  })
})
