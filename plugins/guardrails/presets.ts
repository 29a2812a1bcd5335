import { cardIn, ibanIn, isIpV6 } from './checks.ts'
import type { Source, Span } from './finding.ts'

/**
 * What is known by its form. Patterns are ours, so the runtime's engine runs them; each is written so that no text makes
 * it slow: what repeats is bounded, or begins only where something else ends. What stands before a sign that is searched
 * for is the first group of a look behind: `@` is found faster than all that may be a name.
 */
export interface Preset {
  /** What a mask puts there, in brackets. */
  readonly label: string
  readonly title: string
  /** In a sentence. */
  readonly about: string
  readonly pattern: RegExp
  /** How many characters of a match are one indeed; 0: none. */
  readonly check?: (match: string) => number
}

const API_KEYS = [
  'sk-[\\w-]{20,200}',
  '[sr]k_(?:live|test)_\\w{16,200}',
  'A(?:KIA|SIA)[0-9A-Z]{16}',
  'gh[oprsu]_[A-Za-z0-9]{36,255}',
  'github_pat_\\w{22,255}',
  'glpat-[\\w-]{20,255}',
  'xox[abeoprs]-[\\w-]{10,255}',
  'AIza[\\w-]{35}',
  'ya29\\.[\\w-]{20,255}',
  'SG\\.[\\w-]{16,64}\\.[\\w-]{16,128}',
  'hf_[A-Za-z0-9]{30,64}',
  'npm_[A-Za-z0-9]{36}',
  'gsk_[A-Za-z0-9]{20,128}',
  'xai-[A-Za-z0-9]{20,128}',
].join('|')
const PEM =
  '-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:[\\w+/=\\s:,.\\\\]|-(?!-)){0,16384}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?'
const JWT = '(?<![\\w-])eyJ[\\w-]{5,4096}\\.eyJ[\\w-]{5,8192}\\.[\\w-]{0,4096}'
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const IP_V4 = `(?<![\\d.])${OCTET}(?:\\.${OCTET}){3}(?![.]?\\d)`
const IP_V6 = '(?<![\\w:.])(?=[\\da-f]{0,4}:[\\da-f]{0,4}:)[\\da-f:]{3,39}(?:(?<=:)[\\d.]{7,15})?(?![\\w:])'

const whole = (isReal: (match: string) => boolean) => (match: string) => (isReal(match) ? match.length : 0)

export const presets = {
  email: {
    label: 'EMAIL',
    title: 'E-mail addresses',
    about: 'e-mail addresses',
    pattern:
      /@(?<=([\p{L}\p{N}._%+'-]{1,64})@)(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}\p{L}{2,24}/gu,
  },
  credit_card: {
    label: 'CREDIT_CARD',
    title: 'Card numbers',
    about: 'card numbers with a right check digit',
    pattern: /(?<!\d)[2-6]\d(?:[ -]?\d){11,17}(?!\d)/g,
    check: cardIn,
  },
  iban: {
    label: 'IBAN',
    title: 'IBANs',
    about: 'IBANs with right check digits',
    pattern: /(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}/gi,
    check: ibanIn,
  },
  ip_address: {
    label: 'IP_ADDRESS',
    title: 'IP addresses',
    about: 'IP addresses',
    pattern: new RegExp(`${IP_V4}|${IP_V6}`, 'gi'),
    check: whole(text => !text.includes(':') || isIpV6(text)),
  },
  us_ssn: {
    label: 'US_SSN',
    title: 'US social security numbers',
    about: 'social security numbers of the United States',
    pattern: /(?<![\d-])(?!000|666|9)\d{3}([ -])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])/g,
  },
  phone: {
    label: 'PHONE',
    title: 'Phone numbers',
    about: 'phone numbers in international form',
    pattern: /(?<![\w+])\+[1-9](?:[ ().-]{0,2}\d){6,14}(?!\d)/g,
  },
  secrets: {
    label: 'SECRET',
    title: 'Secrets',
    about: 'private keys, tokens and API keys',
    pattern: new RegExp(`${PEM}|${JWT}|(?<![A-Za-z0-9])(?:${API_KEYS})`, 'g'),
  },
} as const satisfies Record<string, Preset>

export type PresetName = keyof typeof presets
export const presetNames = Object.keys(presets) as PresetName[]

/** Those that have a part of theirs before the sign that is searched for. */
const LOOKS_BACK: ReadonlySet<PresetName> = new Set(['email'])

export function createPreset(kind: PresetName): Source {
  const { label, pattern, check }: Preset = presets[kind]
  return {
    waits: true,
    *spansIn(text): Generator<Span> {
      // Of its own: where it stands is kept in it, and another text may be looked at meanwhile.
      const search = new RegExp(pattern)
      for (let match = search.exec(text); match !== null; match = search.exec(text)) {
        const before = LOOKS_BACK.has(kind) ? match[1]!.length : 0
        const length = check === undefined ? match[0].length : check(match[0])
        if (length > 0) yield { start: match.index - before, end: match.index + length, label, kind }
        // What is none may hold one that begins further on.
        search.lastIndex = match.index + Math.max(1, length)
      }
    },
  }
}
