import * as v from 'valibot'
import { definePlugin } from '../../src/contract/plugin.ts'
import { retention, says } from '../../src/contract/settings.ts'
import { createAuditApi } from './api.ts'
import { createCallsPage } from './page.tsx'
import { adminCalls } from './schema.ts'
import { openTrail } from './trail.ts'

/** Milliseconds for which a row may be in memory only. */
const FLUSH = 250
const FORGET = 10_000

export default definePlugin({
  name: 'audit',
  about: 'Keeps a row of everything that operators do, and try to do.',
  config: v.object({
    retention: says(
      'How long the audit trail of admin calls is kept; 0: for ever',
      v.optional(retention(), '90d'),
    ),
  }),
  env: { retention: ['AUDIT_RETENTION'] },
  tables: { adminCalls },
  setup({ config, db, now, log }) {
    const trail = openTrail(db, log)
    return {
      audit: event => trail.add(event),
      api: createAuditApi(trail),
      pages: [createCallsPage({ trail, now })],
      ticks: [
        { every: FLUSH, run: trail.flush },
        {
          every: FORGET,
          run: () => (config.retention === 0 ? undefined : trail.forget(now() - config.retention)),
        },
      ],
      close: trail.flush,
    }
  },
})
