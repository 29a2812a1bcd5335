/** What the numbers of this world have in common: check digits. */

/** What card numbers begin with, and how many digits they have then. */
const issuers: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^5[1-5]|^2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)/, [16]],
  [/^3[47]/, [15]],
  [/^3(?:0[0-5]|[68])/, [14]],
  [/^35/, [16]],
  [/^6/, [16, 17, 18, 19]],
  [/^5[06-9]/, [16]],
]

/** How many characters of it are a card number: others may follow right behind it. */
export function cardIn(text: string): number {
  const digits = text.replaceAll(/\D/g, '')
  const lengths = issuers.find(([begin]) => begin.test(digits))?.[1] ?? []
  for (const length of [...lengths].reverse()) {
    const end = endOfDigits(text, length)
    if (end > 0 && !/\d/.test(text.charAt(end)) && isLuhn(digits.slice(0, length))) return end
  }
  return 0
}

/** Where so many digits end; 0 where there are fewer. */
function endOfDigits(text: string, count: number): number {
  let seen = 0
  for (let at = 0; at < text.length; at++) if (isDigit(text, at) && ++seen === count) return at + 1
  return 0
}

const isDigit = (text: string, at: number): boolean => text[at]! >= '0' && text[at]! <= '9'

/** ISO/IEC 7812. */
function isLuhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  return sum % 10 === 0 && /[1-9]/.test(digits)
}

/** Countries with the length of their numbers (ISO 13616). */
const ibans = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ' +
    'ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 ' +
    'LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 ' +
    'QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map(word => [word.slice(0, 2), Number(word.slice(2))]),
)

/** How many characters of it are an account number: words may follow right behind it. */
export function ibanIn(text: string): number {
  const length = ibans.get(text.slice(0, 2).toUpperCase())
  if (length === undefined) return 0
  let end = 0
  for (let seen = 0; seen < length && end < text.length; end++) if (text[end] !== ' ') seen++
  const number = text.slice(0, end).replaceAll(' ', '').toUpperCase()
  const isEnd = !/[A-Z0-9]/i.test(text.charAt(end))
  return number.length === length && isEnd && isMod97(number) ? end : 0
}

/** ISO/IEC 7064. */
function isMod97(iban: string): boolean {
  let rest = 0
  for (const char of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(char, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

/** Times of day and names with colons read alike; of them, none is an address. */
export const isIpV6 = (text: string): boolean =>
  /[\da-f]/i.test(text) && URL.canParse(`http://[${text}]/`) && (text.match(/:/g)?.length ?? 0) >= 2
