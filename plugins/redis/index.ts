import * as v from 'valibot'
import { definePlugin } from '../../src/contract/plugin.ts'
import { concealed, duration, says, shown, text } from '../../src/contract/settings.ts'
import type { Concerns } from '../concerns/model.ts'
import { createRedisWatch } from './concerns.ts'
import { createConnection, type Tally } from './connection.ts'
import type { Redis } from './model.ts'

/** How often a lost connection is tried again (milliseconds). */
const RETRY = 500

const TIMEOUT = 'expected a time from 5ms to 10s'

export default definePlugin({
  name: 'redis',
  about: 'Connects gateways by a Redis or Valkey that they share.',
  config: v.object({
    url: says(
      'A Redis or Valkey that all gateways on a database share (redis:// or rediss://): limits are exact over them',
      v.optional(
        concealed(v.pipe(text(), v.check(isAddress, 'expected an address such as redis://localhost:6379'))),
      ),
    ),
    timeout: says(
      'How long Redis may be silent while calls wait for it. Then it is away until it answers again',
      v.optional(v.pipe(duration(), v.minValue(5, TIMEOUT), v.maxValue(10_000, TIMEOUT)), '50ms'),
    ),
    prefix: says(
      'What all keys in Redis begin with: another one for each database',
      v.optional(
        shown(v.pipe(text(), v.regex(/^[\w:.-]{1,64}$/, 'expected letters, digits and :.-_, at most 64'))),
        'modelway:',
      ),
    ),
  }),
  env: { url: ['REDIS_URL'], timeout: ['REDIS_TIMEOUT'], prefix: ['REDIS_PREFIX'] },
  changeable: ['timeout'],
  needs: ['concerns'],
  setup({ config, log, use, inherited }) {
    const { url, timeout, prefix } = config
    const tally = (inherited as Tally | undefined) ?? { losses: 0 }
    const losses = () => tally.losses
    if (url === undefined) return { exports: { prefix, losses } satisfies Redis, heritage: tally }
    const { connection, users, connect, trouble, close } = createConnection({ url, timeout, log, tally })
    use<Concerns>('concerns').add(createRedisWatch({ place: placeOf(url), users, trouble }))
    return {
      exports: { prefix, connection, losses } satisfies Redis,
      heritage: tally,
      start: connect,
      ticks: [{ every: RETRY, run: connect }],
      close,
    }
  },
})

const protocols = /^(redis|rediss|valkey|valkeys|redis\+tls|redis\+unix|redis\+tls\+unix):$/

function isAddress(value: string): boolean {
  const url = URL.parse(value)
  return url !== null && protocols.test(url.protocol) && (url.host !== '' || url.pathname.length > 1)
}

/** The address without what is secret in it. */
function placeOf(address: string): string {
  const { host, pathname } = new URL(address)
  return host === '' ? pathname : host
}
