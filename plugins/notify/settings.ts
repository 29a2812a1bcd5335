import * as v from 'valibot'
import { webhookSecret } from '../../src/base/webhook.ts'
import { concealed, csv, duration, says, shown, text } from '../../src/contract/settings.ts'

/** So many hooks may there be. */
const MOST = 20

const isAddress = (value: string): boolean => {
  const url = URL.parse(value)
  return url !== null && /^https?:$/.test(url.protocol) && url.username + url.password + url.hash === ''
}
const NO_ADDRESS = 'expected an address such as https://hooks.example.com/path, without user and password'
const address = () => v.pipe(text(), v.check(isAddress, NO_ADDRESS))

const hook = v.strictObject({
  url: concealed(address()),
  format: v.optional(v.picklist(['json', 'slack'], 'expected json or slack')),
  secret: v.optional(concealed(webhookSecret())),
  least: v.optional(v.picklist(['bad', 'amber'], 'expected bad or amber'), 'amber'),
})
export type DeclaredHook = v.InferOutput<typeof hook>

export const settings = v.object({
  urls: says(
    'Where people are told when something needs attention, and when it is over: addresses of webhooks, with commas. Slack gets a text, others get signed JSON',
    v.optional(
      concealed(
        v.pipe(csv(), v.everyItem(isAddress, NO_ADDRESS), v.maxLength(MOST, `expected at most ${MOST}`)),
      ),
      [],
    ),
  ),
  secret: says(
    'What signs the JSON, as Standard Webhooks say: base64, with or without whsec_ before it (openssl rand -base64 32)',
    v.optional(concealed(webhookSecret())),
  ),
  after: says(
    'How long something must need attention, or need none any more, before it is told',
    v.optional(
      v.pipe(
        duration(),
        v.minValue(1000, 'expected at least 1s'),
        v.maxValue(86_400_000, 'expected at most 1d'),
      ),
      '1m',
    ),
  ),
  name: says('What this gateway is called in a notice', v.optional(shown(text()), 'modelway')),
  dashboardUrl: says(
    'Where people open the dashboard, so that a notice can lead there: https://models.example.com/dashboard',
    v.optional(shown(address())),
  ),
  hooks: says(
    'The same as NOTIFY_URLS, with more to say of each: url, format (json, slack), secret, least (bad, amber)',
    v.optional(v.pipe(v.array(hook), v.maxLength(MOST, `expected at most ${MOST}`)), []),
  ),
})

export type Settings = v.InferOutput<typeof settings>

export const env = {
  urls: ['NOTIFY_URLS'],
  secret: ['NOTIFY_SECRET'],
  after: ['NOTIFY_AFTER'],
  name: ['NOTIFY_NAME'],
  dashboardUrl: ['NOTIFY_DASHBOARD_URL'],
} as const
