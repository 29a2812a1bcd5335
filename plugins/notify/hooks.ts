import { keyedHash } from '../../src/base/runtime.ts'
import { ConfigError } from '../../src/errors.ts'
import type { Format, Hook } from './model.ts'
import type { DeclaredHook, Settings } from './settings.ts'

/** All hooks, each address once: what the file says of one is more than what a list of addresses can. */
export function readHooks({ urls, secret, hooks }: Settings): readonly Hook[] {
  const listed = urls.map((url): DeclaredHook => ({ url, least: 'amber' }))
  const all = [...listed, ...hooks].map((declared): Hook => {
    const { url, least } = declared
    const { host } = new URL(url)
    const format = declared.format ?? formatOf(new URL(url))
    const own = declared.secret ?? secret
    // Whoever takes JSON acts on it: it must be able to tell whether it comes from here.
    if (format === 'json' && own === undefined) throw new ConfigError(`Cannot notify ${host}: ${UNSIGNED}`)
    return { id: keyedHash('hook', url).slice(0, 16), url, host, format, secret: own, least }
  })
  return [...new Map(all.map(hook => [hook.id, hook])).values()]
}

/** Discord takes what Slack takes at an address that ends so. */
const formatOf = ({ hostname, pathname }: URL): Format =>
  hostname === 'hooks.slack.com' || pathname.endsWith('/slack') ? 'slack' : 'json'

const UNSIGNED =
  'what it gets is JSON, which is signed. Set NOTIFY_SECRET (openssl rand -base64 32), or say "format: slack" of it in the section "notify" of the config file'
