/** `${NAME}` and `${NAME:-default}`; `$${` is a `${` that stays. */
const REFERENCE = /\$(\$?)\{([^}]*)\}?/g
/** As shells write it. */
const BARE = /^\$([A-Z_][A-Z0-9_]*)$/
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/

/** Fills variables into text. A variable that is not set, and has no default, is reported by its name. */
export function substitute(
  text: string,
  lookup: (variable: string) => string | undefined,
  report: (what: string) => void,
): string {
  const bare = BARE.exec(text)?.[1]
  if (bare !== undefined) report(`Write \${${bare}} for the variable ${bare}`)
  return text.replace(REFERENCE, (whole, escaping: string, inner: string) => {
    if (escaping !== '') return whole.slice(1)
    const [, name, fallback] = (whole.endsWith('}') && NAME.exec(inner)) || []
    if (name === undefined) {
      report(`Cannot read "\${": write \${NAME}, \${NAME:-default}, or $\${ for the characters themselves`)
      return whole
    }
    const value = lookup(name) ?? fallback
    if (value === undefined) report(`Variable ${name} is not set: set it, or write \${${name}:-default}`)
    return value ?? ''
  })
}

/** The names that a text refers to. */
export const referencesIn = (text: string): string[] =>
  [...text.matchAll(REFERENCE)].flatMap(([, escaping, inner]) => {
    const name = NAME.exec(inner ?? '')?.[1]
    return escaping === '' && name !== undefined ? [name] : []
  })
