import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { Refusal } from '../../src/errors.ts'
import { splice } from '../../src/request/body.ts'
import { findFault, MAX_DEPTH, MAX_MEMBERS, parseJson, parseText, topLevel } from '../../src/request/json.ts'

/** JSON as people write it: with white space, escapes, exponents and every kind of number. */
const space = fc.stringMatching(/^[ \t\n\r]{0,3}$/)
const scalar = fc.oneof(
  fc.constantFrom('0', '-0', '1.0', '1e400', '-1.5E-7', '12345678901234567890', 'true', 'false', 'null'),
  fc.string({ unit: 'grapheme' }).map(text => JSON.stringify(text)),
  fc.constantFrom(
    '"\\u0041"',
    '"\\ud83d\\ude00"',
    '"\\ud800"',
    '"\\\\\\""',
    '"\\/\\b\\f\\n\\r\\t"',
    '"[{,:}]"',
    '""',
  ),
)
const padded = (text: fc.Arbitrary<string>) => fc.tuple(space, text, space).map(parts => parts.join(''))
const { value: json } = fc.letrec<{ value: string; key: string }>(tie => ({
  key: fc.oneof(
    fc.constantFrom('"model"', '"MODEL"', '"mod\\u0065l"', '"a"', '"__proto__"', '""'),
    fc.string().map(text => JSON.stringify(text)),
  ),
  value: padded(
    fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalar,
      fc.array(tie('value'), { maxLength: 4 }).map(items => `[${items.join(',')}]`),
      fc
        .array(fc.tuple(padded(tie('key')), tie('value')), { maxLength: 4 })
        .map(pairs => `{${pairs.map(pair => pair.join(':')).join(',')}}`),
    ),
  ),
}))

/** Text with one character removed, added or replaced. */
const damaged = fc
  .tuple(json, fc.nat(), fc.constantFrom(...'{}[]",:\\0a-+.e \n\u0000\u00e9'), fc.nat(2))
  .map(([text, at, char, kind]) => {
    const place = at % (text.length + 1)
    return text.slice(0, place) + (kind === 0 ? '' : char) + text.slice(place + (kind === 2 ? 0 : 1))
  })

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What one could write behind the beginning of a text to make it JSON. */
function* endings(text: string): Generator<string> {
  const open: string[] = []
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if (inString && c === '\\') i++
    else if (c === '"') inString = !inString
    else if (!inString && (c === '{' || c === '[')) open.push(c === '{' ? '}' : ']')
    else if (!inString && (c === '}' || c === ']')) open.pop()
  }
  const close = open.reverse().join('')
  for (const more of ['', '0', '"":0', ':0', '"', '":0', 'n"', 'n":0']) yield more + close
}

describe('findFault()', () => {
  const saysFine = (text: string) => {
    const { at, what } = findFault(text)
    return at === text.length && what === 'it ends where the end of the text is expected'
  }

  test('agrees with JSON.parse about what is valid', () => {
    fc.assert(
      fc.property(
        fc.oneof(json, damaged, fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0 -1tnfe.') })),
        text => {
          expect(saysFine(text)).toBe(isJson(text))
        },
      ),
      { numRuns: 5000 },
    )
  })

  test('points no farther than where the text could still have become JSON', () => {
    fc.assert(
      fc.property(damaged, text => {
        fc.pre(!isJson(text))
        const sound = text.slice(0, findFault(text).at)
        expect([...endings(sound)].some(ending => isJson(sound + ending))).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })

  test('names what is expected', () => {
    const cases: readonly (readonly [string, number, string])[] = [
      ['{"a":1,}', 7, 'a field name in double quotes is expected'],
      ['{"a" 1}', 5, '":" is expected'],
      ['{"a":}', 5, 'a value is expected'],
      ['[1 2]', 3, '"," or "]" is expected'],
      ['{"a":1', 6, 'it ends where "," or "}" is expected'],
      ['{"a":1}}', 7, 'the end of the text is expected'],
      ["{'a':1}", 1, 'a field name in double quotes, or "}", is expected'],
      ['[01]', 1, 'a value is expected'],
    ]
    for (const [text, at, what] of cases) expect([text, findFault(text)]).toEqual([text, { at, what }])
  })

  test('points at what is wrong inside a string: a raw line break or tab, or an unknown escape', () => {
    const cases: readonly (readonly [string, number])[] = [
      ['["a\nb"]', 3],
      ['{"a\tb":1}', 3],
      ['{"a":"b\r\n"}', 7],
      ['["\\x"]', 2],
      ['["\\\\\\x"]', 4],
      ['["\\u12g4"]', 2],
      ['["ab', 4],
    ]
    for (const [text, at] of cases) expect([text, findFault(text).at]).toEqual([text, at])
  })
})

describe('parseJson()', () => {
  const refusal = (text: string): string => {
    try {
      parseJson(text)
    } catch (error) {
      if (error instanceof Refusal && error.code === 'invalid_request') return error.message
      throw error
    }
    throw new Error('expected a refusal')
  }

  test('refuses damaged text with a position, or finds it still valid', () => {
    fc.assert(
      fc.property(damaged, text => {
        if (isJson(text)) expect(parseJson(text)).toEqual(JSON.parse(text))
        else
          expect(refusal(text)).toMatch(/^The body is (empty: |not valid JSON: .+ at line \d+, column \d+$)/s)
      }),
      { numRuns: 3000 },
    )
  })

  test('counts lines and columns from 1', () => {
    expect(refusal('{\n  "a": 1,\n  b: 2\n}')).toEndWith('at line 3, column 3')
    expect(refusal('}')).toEndWith('at line 1, column 1')
    expect(refusal('{"a":"ü"\r\n "b":1}')).toEndWith('at line 2, column 2')
  })

  const nest = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

  test('takes the deepest nesting that is allowed, and says where one more begins', () => {
    expect(parseJson(nest(MAX_DEPTH))).toBeArray()
    expect(refusal(nest(MAX_DEPTH + 1))).toBe(
      `The body is nested deeper than ${MAX_DEPTH} levels at line 1, column ${MAX_DEPTH + 1}`,
    )
    expect(refusal(`\n ${'{"a":'.repeat(MAX_DEPTH + 1)}`)).toEndWith(`at line 2, column ${5 * MAX_DEPTH + 2}`)
    const brackets = JSON.stringify({ a: '[{'.repeat(500) })
    expect(parseJson(brackets)).toEqual(JSON.parse(brackets))
  })

  test('refuses a million levels, and a million quotes or backslashes, in no time', () => {
    const million = 1_000_000
    const began = performance.now()
    expect(refusal('['.repeat(million))).toContain('nested deeper')
    expect(refusal('{"a":'.repeat(million))).toContain('nested deeper')
    expect(refusal(`["${'\\'.repeat(million)}`)).toContain('at line 1')
    expect(refusal(`[${'"\\"'.repeat(million)}`)).toContain('at line 1')
    expect(refusal(`{"a":"${'\\"'.repeat(million)}`)).toContain('at line 1')
    expect(performance.now() - began).toBeLessThan(1500)
  })

  test('refuses more members than an honest body has, wherever they are, before it reads their names', () => {
    const names = Array.from({ length: MAX_MEMBERS }, (_, i) => `"k${i}":1`)
    expect(refusal(`{"a":{${names.join()}}}`)).toStartWith('The body has more than 250000 fields at line 1')
    expect(refusal(`{"a":[${'{"b":1},'.repeat(MAX_MEMBERS)}0]}`)).toStartWith('The body has more than')
    const text = JSON.stringify({ a: ':'.repeat(MAX_MEMBERS + 1), b: [...names.keys()] })
    expect(Object.keys(parseJson(text) as object)).toEqual(['a', 'b'])
  })
})

describe('splice()', () => {
  const object = fc
    .tuple(
      space,
      fc.array(fc.tuple(fc.constantFrom('"model"', '"Model"', '"mod\\u0065l"', '"x"', '"m"'), json)),
      space,
    )
    .map(([before, pairs, after]) => `${before}{${pairs.map(pair => pair.join(':')).join(',')}}${after}`)
  const isModel = (key: string) => key.toLowerCase() === 'model'

  test('changes the values of the named fields, in every spelling, and no other byte', () => {
    fc.assert(
      fc.property(object, text => {
        const out = splice(text, [{ field: 'model', value: 'served' }])
        const cut = (whole: string) => {
          const members = topLevel(whole).filter(({ key }) => isModel(key))
          let [kept, at] = ['', 0]
          for (const { start, end } of members) {
            kept += whole.slice(at, start)
            at = end
          }
          return { members, kept: kept + whole.slice(at) }
        }
        const [before, after] = [cut(text), cut(out)]
        if (before.members.length > 0) expect(after.kept).toBe(before.kept)
        else expect(out.replace(/"model":"served",?/, '')).toBe(text)
        expect(after.members.length).toBe(Math.max(1, before.members.length))
        for (const { start, end } of after.members) expect(out.slice(start, end)).toBe('"served"')
        const { model } = JSON.parse(out) as { model: unknown }
        if (topLevel(out).some(({ key }) => key === 'model')) expect(model).toBe('served')
      }),
      { numRuns: 3000 },
    )
  })

  test('finds the fields of an object where JSON.parse finds them', () => {
    fc.assert(
      fc.property(object, text => {
        const found = topLevel(text).map(
          ({ key, start, end }) => [key, JSON.parse(text.slice(start, end))] as const,
        )
        const last = new Map(found)
        expect(Object.fromEntries(last)).toEqual(JSON.parse(text))
      }),
      { numRuns: 2000 },
    )
  })

  test('finds every double of a field in a body of more members than are remembered', () => {
    const junk = Array.from({ length: 300 }, (_, i) => `"f${i}":${i}`).join(',')
    const text = `{"model":"a",${junk},"model":"b"}`
    const { members } = parseText(text)
    expect(members).toBe(undefined)
    const out = splice(text, [{ field: 'model', value: 'served' }], members)
    expect(topLevel(out).filter(({ key }) => key === 'model').length).toBeGreaterThan(0)
    expect(out).not.toContain('"a"')
    expect(out).not.toContain('"b"')
  })

  test('puts missing fields in front, also of nothing', () => {
    const change = [
      { field: 'model', value: 'm' },
      { field: 'n', value: { a: 1 } },
    ]
    expect(splice(' { } ', change)).toBe(' {"model":"m","n":{"a":1} } ')
    expect(splice('{"n":0}', change)).toBe('{"model":"m","n":{"a":1}}')
  })
})
