import type { Environment } from './environment.ts'

const PROXY = /^https?_proxy$/i
const WHOLE = /^https?:\/\/\S+$/i
const SHORT = /^(?:\/\/)?([^\s/]+:\d+)\/?$/

/** Proxies that the runtime could not call: it would say so of every call, and never which variable it was. */
export function proxyProblems(environment: Environment): readonly string[] {
  return Object.entries(environment)
    .filter(([name, value]) => PROXY.test(name) && !isAddress(value))
    .map(
      // It may hold a password, so what it is instead is not said.
      ([name]) =>
        `Cannot use ${name}: expected the address of a proxy, such as http://proxy.example.com:3128`,
    )
}

/** Many leave out the scheme, and the runtime takes it for `http:`; but a word alone is no address. */
const isAddress = (text: string): boolean =>
  URL.canParse(WHOLE.test(text) ? text : `http://${SHORT.exec(text)?.[1] ?? ''}`)
