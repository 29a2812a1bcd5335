import { expect, test } from 'bun:test'
import { definePlugin } from '../../src/contract/plugin.ts'
import { until } from '../kit.ts'
import { EAST, startFleet, WEST } from './fleet.ts'

test('a decision that had to wait for somebody is made on what is known then', async () => {
  let isWaiting = false
  const { promise: news, resolve } = Promise.withResolvers<void>()
  const slow = definePlugin({
    name: 'slow',
    about: 'Waits for news before it agrees to a route.',
    setup: () => ({
      route(route, { dry }) {
        if (dry) return route
        isWaiting = true
        return news.then(() => route)
      },
    }),
  })
  await using fleet = await startFleet({ extra: [slow] })
  await fleet.redirect('moving', [EAST])
  const asking = fleet.ask('moving')
  await until(() => isWaiting, 'the call to wait')
  await fleet.redirect('moving', [WEST])
  resolve()
  expect((await asking).served).toBe(WEST)
})
