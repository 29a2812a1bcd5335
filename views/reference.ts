import { readFileSync } from 'node:fs'

/** The API reference: the page asks for one script and one style, both out of our own packages. */

const read = (from: string): string => readFileSync(new URL(import.meta.resolve(from)), 'utf8')

/** The script of the reference page, with what starts it. */
export const referenceScript = (): string => `${read('swagger-ui-dist/swagger-ui-bundle.js')}\n${START}`

export const referenceStyle = (): string => read('swagger-ui-dist/swagger-ui.css')

/** The page carries the document's address on its script element; the badge of the public validator is turned off. */
const START = `
const { url } = document.getElementById('api-reference').dataset
const style = document.createElement('link')
style.rel = 'stylesheet'
style.href = new URL('ui.css', document.currentScript.src)
document.head.append(style)
const place = document.createElement('div')
document.body.append(place)
SwaggerUIBundle({ url, domNode: place, deepLinking: true, validatorUrl: null })
`
