/** The `fetch` for a package that knows one address only: what it sends there goes to the instance's base URL. */
export function withAddress(
  send: typeof globalThis.fetch,
  { known, baseUrl }: { readonly known: string; readonly baseUrl: string },
): typeof globalThis.fetch {
  const moved = (input: RequestInfo | URL, init?: RequestInit) => {
    const url = input instanceof Request ? input.url : String(input)
    return send(url.startsWith(known) ? baseUrl + url.slice(known.length) : url, init)
  }
  return moved as typeof globalThis.fetch
}
