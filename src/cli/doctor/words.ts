/** What is wrong when a list of models cannot be had, and what can be done about it. */
export interface Trouble {
  readonly text: string
  readonly mend: string
}

interface About {
  /** Where calls go. */
  readonly baseUrl?: string | undefined
  /** What configured the provider: names of variables, and of the config file. */
  readonly configuredBy?: readonly string[] | undefined
}

/** @param reason `status 401`, a code of the system, or words */
export function troubleOf(reason: string, { baseUrl, configuredBy = [] }: About): Trouble {
  const address = baseUrl === undefined ? 'its address' : (URL.parse(baseUrl)?.origin ?? 'its address')
  const settings = configuredBy.length > 0 ? configuredBy.join(', ') : 'its settings'
  const status = Number(/^status (\d{3})$/.exec(reason)?.[1])
  const known = codes[reason] ?? statuses[status]
  if (known !== undefined)
    return { text: `${known.text} (${reason})`, mend: known.mend({ address, settings }) }
  if (status >= 500)
    return { text: `the provider failed (${reason})`, mend: 'Try again later, or ask its status page' }
  if (/certificate|CERT/i.test(reason))
    return {
      text: `the certificate is not trusted (${reason})`,
      mend: 'Name the authority that made it in NODE_EXTRA_CA_CERTS',
    }
  return {
    text: reason,
    mend: `Check ${settings}, and whether ${address} speaks the language of this provider`,
  }
}

interface Known {
  readonly text: string
  readonly mend: (facts: { readonly address: string; readonly settings: string }) => string
}

const statuses: Readonly<Record<number, Known>> = {
  401: { text: 'the provider refuses the key', mend: ({ settings }) => `Check ${settings}` },
  403: {
    text: 'the key may not read the list of models',
    mend: ({ settings }) => `Check ${settings}, and what the key may do`,
  },
  404: {
    text: 'there is no list at this address',
    mend: ({ settings }) => `Check the path of the base URL: ${settings}`,
  },
  429: { text: 'the provider limits the rate of this key', mend: () => 'Wait, or ask it for more' },
}

const nobody: Known = {
  text: 'nobody listens at this address',
  mend: ({ address, settings }) => `Start what should listen at ${address}, or check ${settings}`,
}
const noHost: Known = {
  text: 'there is no such host',
  mend: ({ address }) => `Check ${address}, and whether names are resolved on this machine`,
}
const silent: Known = {
  text: 'there is no answer in time',
  mend: ({ address }) => `Check whether this machine may reach ${address}; a proxy is set with HTTPS_PROXY`,
}

const codes: Readonly<Record<string, Known>> = {
  ECONNREFUSED: nobody,
  ConnectionRefused: nobody,
  ENOTFOUND: noHost,
  ETIMEDOUT: silent,
  'no answer in time': silent,
  ECONNRESET: {
    text: 'the connection was closed',
    mend: ({ address }) => `Check whether ${address} is the right address, http or https`,
  },
}

/** How many models a list has. */
export const listing = (models: number): string => `It lists ${models} model${models === 1 ? '' : 's'}`
