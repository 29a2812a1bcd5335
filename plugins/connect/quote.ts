/** A string of JSON that Python, TOML and YAML read as well: some of them refuse a few characters that JSON takes. */
export const json = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** A string of JavaScript. */
export const code = (text: string): string => (/^[\w ./:@%+,-]*$/.test(text) ? `'${text}'` : json(text))
