/** Many clients take no answer whose headers have more than 8 or 16 kB. */
const MOST = 4000

/** All that is left out as the value of one header; where it is too much, how many more there are. */
export function warningHeader(warnings: readonly string[]): string {
  let told = asciiOnly(warnings[0]!)
  for (let i = 1; i < warnings.length; i++) {
    const line = asciiOnly(warnings[i]!)
    if (told.length + line.length > MOST) return `${told}; and ${warnings.length - i} more`
    told += `; ${line}`
  }
  return told
}

/** Texts from elsewhere, fit for a header. */
const asciiOnly = (text: string): string => text.replace(/[^\x20-\x7e]+/g, '?').slice(0, 300)
