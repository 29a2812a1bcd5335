import { describe, expect, test } from 'bun:test'
import { createFinder, noEffort } from '../../plugins/guardrails/finder.ts'
import type { PresetName } from '../../plugins/guardrails/presets.ts'
import { presetNames } from '../../plugins/guardrails/presets.ts'

/** What is found in a text, and how long that takes at most. */

const masked = (
  text: string,
  find: { words?: string[]; patterns?: string[]; presets?: PresetName[] },
): string => createFinder({ words: [], patterns: [], presets: [], ...find }).mask(text, noEffort())

describe('presets', () => {
  test.each<[PresetName, string, string]>([
    ['email', 'To: Ada.L+x@mail.exämple.co.uk!', 'To: [EMAIL]!'],
    ['email', 'a@b, @handle, a@@b.c, user@localhost', 'a@b, @handle, a@@b.c, user@localhost'],
    ['credit_card', '4111111111111111', '[CREDIT_CARD]'],
    ['credit_card', 'amex 3782-822463-10005.', 'amex [CREDIT_CARD].'],
    ['credit_card', 'No 12 4111 1111 1111 1111 12/27 123', 'No 12 [CREDIT_CARD] 12/27 123'],
    ['credit_card', '4111 1111 1111 1112, 1234567890123452', '4111 1111 1111 1112, 1234567890123452'],
    ['credit_card', '94111111111111111', '94111111111111111'],
    ['iban', 'IBAN: DE89 3704 0044 0532 0130 00, GB82WEST12345698765432', 'IBAN: [IBAN], [IBAN]'],
    ['iban', 'de89370400440532013000 is it', '[IBAN] is it'],
    [
      'iban',
      'DE88 3704 0044 0532 0130 00 and XX89370400440532013000',
      'DE88 3704 0044 0532 0130 00 and XX89370400440532013000',
    ],
    [
      'ip_address',
      'from 10.0.0.1, [2001:db8::1]:80 and ::1',
      'from [IP_ADDRESS], [[IP_ADDRESS]]:80 and [IP_ADDRESS]',
    ],
    ['ip_address', 'v1.2.3, 256.1.1.1, 12:30:45, a::', 'v1.2.3, 256.1.1.1, 12:30:45, [IP_ADDRESS]'],
    ['us_ssn', '078-05-1120 or 078 05 1120', '[US_SSN] or [US_SSN]'],
    [
      'us_ssn',
      '000-12-3456 666-12-3456 123-45 6789 1234-56-7890',
      '000-12-3456 666-12-3456 123-45 6789 1234-56-7890',
    ],
    ['phone', 'call +44 20 7946 0958 or +1 (555) 010-9999', 'call [PHONE] or [PHONE]'],
    ['phone', '1 + 12345678, 555-0100, a+12345678', '1 + 12345678, 555-0100, a+12345678'],
    ['secrets', `key sk-${'aB3'.repeat(10)}, AKIAIOSFODNN7EXAMPLE`, 'key [SECRET], [SECRET]'],
    ['secrets', `ghp_${'a1'.repeat(18)} and eyJhbGciOi.eyJzdWIiOi.c2ln`, '[SECRET] and [SECRET]'],
    ['secrets', '-----BEGIN PRIVATE KEY-----\nMIIB/+=\nabc\n-----END PRIVATE KEY-----\nbye', '[SECRET]\nbye'],
    [
      'secrets',
      'task-12345678901234567890123, sk-short, risk-assessment-of-all-our-plans',
      'task-12345678901234567890123, sk-short, risk-assessment-of-all-our-plans',
    ],
  ])('%s in %j', (preset, text, wanted) => {
    expect(masked(text, { presets: [preset] })).toBe(wanted)
  })
})

describe('words', () => {
  const words = ['Straße', 'c++', 'secret plan', 'secret', 'naïve']
  test.each([
    ['STRASSE straße Straßen', 'STRASSE [REDACTED] Straßen'],
    ['C++, c+, C++x', '[REDACTED], c+, [REDACTED]x'],
    ['The Secret\n  Plan; secretly', 'The [REDACTED]; secretly'],
    ['secret plans', '[REDACTED] plans'],
    ['a_secret secret_a secret-a', 'a_secret secret_a [REDACTED]-a'],
    ['NAÏVE naïveté', '[REDACTED] naïveté'],
  ])('%j', (text, wanted) => {
    expect(masked(text, { words })).toBe(wanted)
  })

  test('ten thousand of them cost no more than one', () => {
    const text = 'the quick brown fox jumps over the lazy dog '.repeat(2000)
    const many = Array.from({ length: 10_000 }, (_, i) => `word${i} and more`)
    const timeOf = (words: string[]) => {
      const finder = createFinder({ words, patterns: [], presets: [] })
      finder.has(text, noEffort())
      const began = performance.now()
      for (let i = 0; i < 5; i++) finder.has(text, noEffort())
      return performance.now() - began
    }
    expect(timeOf(many)).toBeLessThan(5 * timeOf(['word']) + 50)
  })
})

describe('what is found together', () => {
  test('overlaps are one, and groups of patterns do not meet', () => {
    expect(masked('ada@example.com', { presets: ['email'], words: ['example.com'] })).toBe('[EMAIL]')
    expect(masked('ABC abc', { patterns: ['(?i)abc', 'BC'] })).toBe('[REDACTED] [REDACTED]')
    expect(masked('xaybz', { patterns: ['a', 'b'] })).toBe('x[REDACTED]y[REDACTED]z')
  })

  test('in long texts it is found at every place, those where pieces meet too', () => {
    const finder = createFinder({ words: [], patterns: ['needle-\\d+!'], presets: [] })
    for (let at = 16_384 - 40; at < 16_384 + 20; at++) {
      const text = `${'-'.repeat(at)}needle-123!${'-'.repeat(20_000)}needle-4!`
      expect(finder.all(text, noEffort()).map(({ start, end }) => [start, end])).toEqual([
        [at, at + 11],
        [at + 11 + 20_000, at + 20_020],
      ])
    }
  })
})

test('what only looks whole where pieces of a long text meet is none', () => {
  for (let at = 16_384 - 10; at < 16_384 + 10; at++) {
    const text = `${'-'.repeat(at)}category tomcat${'-'.repeat(20_000)}`
    expect(masked(text, { patterns: ['\\bcat\\b', '^egory', 'cat$'] })).toBe(text)
  }
  for (let at = 15_360 - 10; at < 15_360 + 10; at++) {
    const text = `${'-'.repeat(at)}category tomcat${'-'.repeat(20_000)}`
    expect(masked(text, { patterns: ['\\bcat\\b', '^egory', 'cat$'] })).toBe(text)
  }
})

describe('hostile texts and patterns', () => {
  const MEGA = 1_000_000
  const fill = (unit: string) => unit.repeat(Math.ceil(MEGA / unit.length)).slice(0, MEGA)

  test.each([
    ...[
      'a',
      '@',
      '1',
      '1-',
      'a:',
      'eyJ',
      'sk-',
      '+1',
      'DE89 ',
      '1.',
      '4111 1111 1111 1112 ',
      'a@b.c ',
      'dead:',
    ],
    ...['-----BEGIN PRIVATE KEY-----', 'a.', 'eyJaaaaa.', '+1 (', '(((('],
  ])('all presets look at a megabyte of %j in time', unit => {
    const text = fill(unit)
    const began = performance.now()
    createFinder({ words: [], patterns: [], presets: presetNames }).mask(text, noEffort())
    expect(performance.now() - began).toBeLessThan(4000)
  })

  test.each(['(a+)+$', '(a|aa)+b', '(.*a){20}b', '(?:a?){200}b'])('%s does not hang', pattern => {
    const text = fill('a')
    const began = performance.now()
    try {
      masked(text, { patterns: [pattern] })
    } catch (error) {
      expect((error as Error).name).toBe('TooSlow')
    }
    expect(performance.now() - began).toBeLessThan(3000)
  })

  test('what takes too long is given up, not waited for', () => {
    let seed = 1
    const next = () => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff
      return (seed >> 16) & 1 ? 'a' : 'b'
    }
    const text = Array.from({ length: 1_000_000 }, (_, i) => (i % 900 === 0 ? 'c' : next())).join('')
    const began = performance.now()
    const looked = () => masked(text, { patterns: ['a[ab]{990}c'] }) === text
    expect(looked).toThrow('')
    expect(performance.now() - began).toBeLessThan(4000)
  })
})
