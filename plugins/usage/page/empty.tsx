import type { PageRequest } from '../../../src/contract/page.ts'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { shell } from '../../../views/quote.ts'
import { type Asked, addressOf, filterNames } from './address.ts'

/** What to do where nothing was ever called: one command that works as it stands, or as soon as a key is in it. */
export function Welcome({ request, example }: { request: PageRequest; example: string | undefined }) {
  const { url, base, admin } = request
  const isOpen = admin.via === 'loopback'
  const body = JSON.stringify({
    model: example ?? 'openai/gpt-5',
    messages: [{ role: 'user', content: 'Hello' }],
  })
  const command = [
    `curl ${url.origin}${base}/v1/chat/completions \\`,
    ...(isOpen ? [] : ['  -H "authorization: Bearer $MODELWAY_MASTER_KEY" \\']),
    '  -H "content-type: application/json" \\',
    `  -d ${shell(body)}`,
  ].join('\n')
  return (
    <section class="welcome" aria-labelledby="welcome-title">
      <h2 id="welcome-title">No calls yet</h2>
      <p>
        Every call to a model is recorded here: who made it, which model answered, how long it took, its
        tokens and its cost. Make the first one:
      </p>
      <pre class="command" tabindex={0}>
        <code>{command}</code>
      </pre>
      <p>
        {isOpen
          ? 'It works as it stands: no key is set, so the gateway serves this machine.'
          : 'Put the master key, or a key of a caller, into MODELWAY_MASTER_KEY first.'}{' '}
        <Link href={url.pathname}>
          Then look again
          <Icon name="arrow" />
        </Link>
      </p>
    </section>
  )
}

/** Nothing in this time, or with these filters. */
export function NothingHere({ asked, path }: { asked: Asked; path: string }) {
  const isFiltered = [...Object.keys(filterNames), 'without', 'id'].some(name => (asked[name] ?? '') !== '')
  const nothing = Object.fromEntries([...Object.keys(filterNames), 'without', 'id'].map(name => [name, '']))
  return (
    <div class="nothing">
      <h2>{isFiltered ? 'Nothing matches' : 'No calls in this time'}</h2>
      <p>
        {isFiltered && (
          <>
            No call has all of this. <Link href={addressOf(path, asked, nothing)}>Clear the filters</Link>, or{' '}
          </>
        )}
        <Link href={addressOf(path, asked, { range: '30d', from: '', to: '' })}>
          {isFiltered ? 'look at 30 days' : 'Look at 30 days'}
        </Link>
      </p>
    </div>
  )
}
