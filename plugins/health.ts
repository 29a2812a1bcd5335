import * as v from 'valibot'
import { defineApi } from '../src/contract/api.ts'
import { definePlugin } from '../src/contract/plugin.ts'
import { says } from '../src/contract/settings.ts'

export default definePlugin({
  name: 'health',
  about: 'Tells load balancers whether to send work.',
  setup: ({ site }) => ({
    api: [
      defineApi({
        method: 'GET',
        path: '/health',
        access: 'anyone',
        tag: 'Health',
        summary: 'Is the process alive?',
        answer: {
          about: 'It is',
          schema: v.object({
            status: says('It is alive', v.literal('ok')),
            version: says('Of the gateway', v.string()),
          }),
        },
        run: () => ({ status: 'ok', version: site.version }),
      }),
      defineApi({
        method: 'GET',
        path: '/health/ready',
        access: 'anyone',
        tag: 'Health',
        summary: 'May it get new work?',
        description:
          'Says no from the moment it is told to stop. Stays ready when the database is down: requests do not need it.',
        answer: { about: 'It may', schema: v.object({ status: says('It takes calls', v.literal('ready')) }) },
        refusals: [503],
        run: () =>
          site.isStopping() ? Response.json({ status: 'stopping' }, { status: 503 }) : { status: 'ready' },
      }),
    ],
  }),
})
