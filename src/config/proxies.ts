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

/** Proxies that the runtime passes over without a word, such as those that speak SOCKS: calls leave without them. */
export const ignoredProxies = (environment: Environment): readonly string[] =>
  Object.entries(environment)
    .filter(([name, value]) => /^all_proxy$/i.test(name) && !isAddress(value))
    .map(
      ([name]) =>
        `${name} is not used, and calls leave without a proxy: only proxies that speak HTTP can be. Set HTTPS_PROXY to one, or remove ${name}`,
    )

/** Many leave out the scheme, and the runtime takes it for `http:`; but a word alone is no address. */
const isAddress = (text: string): boolean =>
  URL.canParse(WHOLE.test(text) ? text : `http://${SHORT.exec(text)?.[1] ?? ''}`)
