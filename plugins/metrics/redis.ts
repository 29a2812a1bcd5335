import type { Redis } from '../redis/model.ts'
import type { Family } from './model.ts'

/** How the Redis is doing that gateways share, where there is one. */
export function redisFamilies({ connection, losses }: Redis): Family[] {
  if (connection === undefined) return []
  return [
    {
      name: 'modelway_redis_up',
      help: '1 while Redis answers',
      type: 'gauge',
      together: 'min',
      read: () => [{ labels: {}, value: connection.isUp() ? 1 : 0 }],
    },
    {
      name: 'modelway_redis_losses_total',
      help: 'How often the connection to Redis was lost',
      type: 'counter',
      read: () => [{ labels: {}, value: losses() }],
    },
  ]
}
