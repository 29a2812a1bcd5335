import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { MAX_FILE } from '../../src/config/limits.ts'
import { parseTree, type Tree } from '../../src/config/tree.ts'
import { ConfigError } from '../../src/errors.ts'
import { createFolder, problemsOf } from './kit.ts'

/**
 * Milliseconds of work: a tenth of them on an idle machine. What is looked for are files that take seconds, or minutes, and
 * tests run beside each other.
 */
const AT_ONCE = 1000

/** What the parser says, and how long it works to say so (milliseconds); waiting for other tests does not count. */
function refusal(text: string): { message: string; ms: number } {
  const began = process.cpuUsage()
  const worked = () => process.cpuUsage(began).user / 1000
  try {
    parseTree(text, 'modelway.yaml')
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return { message: (error as Error).message, ms: worked() }
  }
  return { message: '', ms: worked() }
}

refusal('warm: up') // The first use of the parser compiles it.

const million = 1024 * 1024
const laughs = [
  'a: &a [x, x, x, x, x, x, x, x, x]',
  ...[...'bcdefghi'].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(', ')}]`),
].join('\n')

describe('H-33', () => {
  const hostile: readonly (readonly [what: string, text: string, says: string])[] = [
    ['a bomb of aliases', laughs, 'modelway.yaml:1:'],
    ['an alias of itself', 'a: &a [*a]', 'modelway.yaml:1:'],
    ['an alias of nothing', 'port: 1\na: *nobody', 'modelway.yaml:2:4: There is no anchor "&nobody"'],
    [
      'thirty thousand anchors',
      Array.from({ length: 30_000 }, (_, i) => `k${i}: &a${i} 1`).join('\n'),
      ':1001:',
    ],
    ['thirty thousand aliases', `x: &a 1\n${'- *a\n'.repeat(30_000)}`, ':1001:'],
    ['a merge key', 'a: &a {port: 1}\nb:\n  <<: *a', 'modelway.yaml:3:3: Merge keys ("<<") are not read'],
    ['a tag of a language', 'a: !!js/function "x"', 'modelway.yaml:1:4: Tags such as'],
    ['a tag of its own', 'port: 1\na: !mine x', 'modelway.yaml:2:4: Tags such as'],
    ['a tag of YAML', 'a: !!binary aGk=', 'modelway.yaml:1:4: Tags such as'],
    ['a directive', '%YAML 1.1\n---\na: yes', 'modelway.yaml:1:1: Directives'],
    ['two documents', 'port: 1\n---\nport: 2', 'modelway.yaml:2:1: One document per file'],
    [
      'a key twice',
      'port: 1\nhost: x\nport: 2',
      'modelway.yaml:3:1: "port" stands here twice: first in line 1',
    ],
    ['a key twice in braces', 'a: {b: 1, b: 2}', 'modelway.yaml:1:11: "b" stands here twice'],
    ['a tab', 'access:\n\thide_denied: true', 'modelway.yaml:2:2: Tabs are not allowed'],
    ['a tab behind spaces', 'access:\n  \thide_denied: true', 'modelway.yaml:2:'],
    ['twenty thousand tabs', '\t- x\n'.repeat(20_000), 'modelway.yaml:1:2: Tabs'],
    ['a list as key', '? [a]\n: 1', 'modelway.yaml:1:3: A key must be plain text'],
    ['the prototype', 'a:\n  __proto__: {x: 1}', 'modelway.yaml:2:3: "__proto__" is reserved'],
    ['a constructor', 'constructor: {}', 'modelway.yaml:1:1: "constructor" is reserved'],
    ['a deep list in brackets', '['.repeat(million), 'modelway.yaml:1:33: Nested deeper'],
    ['a deep map in braces', '{a: '.repeat(million / 4), 'modelway.yaml:1:129: Nested deeper'],
    ['a deep list in one line', '- '.repeat(million / 2), 'modelway.yaml:1:65: Nested deeper'],
    ['a deep map in one line', '? '.repeat(million / 2), 'modelway.yaml:1:65: Nested deeper'],
    [
      'deep indentation',
      Array.from({ length: 200 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'Nested deeper',
    ],
    ['a million lines', '\n'.repeat(million), 'more than 50000 lines'],
    ['half a million comments', '#\n'.repeat(million / 2), 'more than 50000 lines'],
    ['half a million commas', `[${','.repeat(million / 2)}]`, 'The file is too large'],
    ['forty thousand documents', '---\n'.repeat(40_000), 'modelway.yaml:2:1: One document'],
    ['an open quote', `a: "${'x'.repeat(million)}`, 'modelway.yaml:1:'],
    ['an open bracket', 'a: [1, 2\nb: 3', 'modelway.yaml:2:'],
    ['uneven indentation', 'a:\n  b: 1\n c: 2', 'modelway.yaml:3:1'],
    ['two colons', 'a: b: c', 'modelway.yaml:1:4'],
    [
      'a variable in braces',
      'auth: {master_key: ${KEY}}',
      'modelway.yaml:1:21: Between { and } a variable needs quotes',
    ],
  ]
  test.each(hostile)('refuses %s with its line, at once', (_, text, says) => {
    const { message, ms } = refusal(text)
    expect(message).toContain(says)
    expect(message).toMatch(/^modelway\.yaml:\d+:\d+: /)
    expect(message).not.toContain('\n')
    // The collector may come in between: the best of three tells.
    expect(Math.min(ms, refusal(text).ms, refusal(text).ms)).toBeLessThan(AT_ONCE)
  })

  test('refuses 50 MB without reading them, at once and within 50 MB of memory', async () => {
    using folder = createFolder()
    const path = folder.write('modelway.yaml', '# x\n'.repeat(50 * 262_144))
    Bun.gc(true)
    const [memory, began] = [process.memoryUsage.rss(), performance.now()]
    const [problem] = await problemsOf({ env: { CONFIG_FILE: path } })
    expect(performance.now() - began).toBeLessThan(AT_ONCE)
    expect(process.memoryUsage.rss() - memory).toBeLessThan(50 * million)
    expect(problem).toBe(
      'modelway.yaml:1:1: Cannot read the config file: it has 50 MB, at most 1 MB are read',
    )
  })

  test('never throws anything but one line with a place, whatever the text', () => {
    const pieces = [
      'a: ',
      'b:\n  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '|',
      '>',
      '&x ',
      '*x',
      '!t ',
      '#',
      '\n',
      '\t',
      '? ',
    ]
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...pieces, 'x', '1', ' ')).map(all => all.join('')),
    )
    fc.assert(
      fc.property(text, text => {
        const { message } = refusal(text)
        if (message !== '') expect(message).toMatch(/^modelway\.yaml:\d+:\d+: [^\n]+$/)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('parseTree()', () => {
  const plain = (tree: Tree): unknown => {
    if (tree.kind === 'list') return tree.items.map(plain)
    if (tree.kind === 'scalar') return tree.value
    return Object.fromEntries([...tree.entries].map(([key, { tree: value }]) => [key, plain(value)]))
  }

  test('reads YAML 1.2 and the JSON in it, with the place of everything', () => {
    expect(plain(parseTree('a: yes\nb: 0x10\nc: [1, "2"]\nd: ~\ne: {f: true}\n', ''))).toEqual({
      a: 'yes',
      b: 16,
      c: [1, '2'],
      d: null,
      e: { f: true },
    })
    expect(plain(parseTree('{"a": [1, {"b": "c"}]}', ''))).toEqual({ a: [1, { b: 'c' }] })
    const tree = parseTree('port: 1\naccess:\n  hide: true\n', '')
    if (tree.kind !== 'map') throw new Error('Expected a map')
    expect(tree.entries.get('access')).toMatchObject({
      at: { line: 2, column: 1 },
      tree: { at: { line: 3, column: 3 } },
    })
  })

  test('reads an alias as what its anchor holds', () => {
    expect(plain(parseTree('a: &paths [/a, /b]\nb: *paths', ''))).toEqual({
      a: ['/a', '/b'],
      b: ['/a', '/b'],
    })
  })

  test('takes an empty file, and one with comments only', () => {
    expect([plain(parseTree('', '')), plain(parseTree('# nothing\n', ''))]).toEqual([null, null])
  })

  test('takes a byte order mark and Windows line ends', () => {
    expect(plain(parseTree('\uFEFFa: 1\r\nb: 2\r\n', ''))).toEqual({ a: 1, b: 2 })
  })

  test('reads a thousand virtual models at once', () => {
    const yaml = Array.from(
      { length: 1000 },
      (_, i) => `- source: m${i}\n  target_model: openai/gpt-${i}\n`,
    ).join('')
    expect(yaml.length).toBeLessThan(MAX_FILE)
    expect(refusal(`virtual_models:\n${yaml}`)).toMatchObject({ message: '' })
    expect(refusal(`virtual_models:\n${yaml}`).ms).toBeLessThan(AT_ONCE)
  })
})
