import * as v from 'valibot'
import { defineApi } from '../../src/contract/api.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { originSeen } from '../../src/door/address.ts'
import type { Auth } from '../auth/model.ts'
import type { Suggestions } from '../explain/model.ts'
import type { Receipts } from '../usage/model.ts'
import { createPlayground } from './ask.ts'
import { answerLines, type CallsDeps, createCalls } from './calls.ts'
import { STREAM } from './lines.ts'
import { createPlaygroundPage } from './page.tsx'
import { fields, type QuestionDeps, readAsked } from './question.ts'

export default definePlugin({
  name: 'playground',
  about: 'Lets operators ask any model, in the language of any client, for any caller.',
  needs: ['auth', 'user-path', 'explain', 'usage'],
  setup({ call, site, log, use }) {
    const paths = use<QuestionDeps['paths'] & CallsDeps['paths']>('user-path')
    const auth = use<Auth>('auth')
    const calls = createCalls({
      call,
      site,
      log,
      auth,
      receipts: use<Receipts>('usage'),
      paths,
    })
    const ask = createPlayground({ calls, auth, paths })
    return {
      pages: [createPlaygroundPage({ ask, suggestions: use<Suggestions>('explain') })],
      api: [
        defineApi({
          method: 'POST',
          path: STREAM,
          access: 'admin',
          tag: 'Dashboard',
          summary: 'Makes a call from the playground and tells of it line by line',
          hidden: true,
          body: v.object(v.entriesFromList(fields, v.optional(v.string()))),
          answer: { about: 'A line of JSON for each piece of news', type: 'text/plain' },
          run({ request, body, admin }) {
            const seen = { address: originSeen(request) + site.base, isOpen: admin?.via === 'loopback' }
            const asked = readAsked(name => body[name as keyof typeof body])
            return answerLines(signal => ask(asked, seen, signal), request.signal)
          },
        }),
      ],
    }
  },
})
