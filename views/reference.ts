import { readFileSync } from 'node:fs'

/** The API reference: the page asks for one script and one style, both out of our own packages. */

const read = (from: string): string => readFileSync(new URL(import.meta.resolve(from)), 'utf8')

/** The script of the reference page, with what starts it. */
export const referenceScript = (): string =>
  `${read('swagger-ui-dist/swagger-ui-bundle.js')}\nconst picture = ${JSON.stringify(read('./icon.svg'))}${START}`

export const referenceStyle = (): string => read('swagger-ui-dist/swagger-ui.css')

/**
 * The page carries the document's address on its script element; the badge of the public validator is turned off. It is
 * dark where the reader's system is.
 */
const START = `
const { url } = document.getElementById('api-reference').dataset
const style = document.createElement('link')
style.rel = 'stylesheet'
style.href = new URL('ui.css', document.currentScript.src)
const icon = document.createElement('link')
icon.rel = 'icon'
icon.href = \`data:image/svg+xml,\${encodeURIComponent(picture)}\`
document.head.append(style, icon)
const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', follow)
follow()
const place = document.createElement('div')
document.body.append(place)
SwaggerUIBundle({ url, domNode: place, deepLinking: true, validatorUrl: null })
`
