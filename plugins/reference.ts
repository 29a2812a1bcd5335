import { defineApi } from '../src/contract/api.ts'
import { definePlugin } from '../src/contract/plugin.ts'
import { referenceScript, referenceStyle } from '../views/reference.ts'

/** The version is part of no address, so browsers ask again after an hour. */
const serve = (text: string, type: string) =>
  new Response(text, {
    headers: { 'content-type': type, 'cache-control': 'max-age=3600', 'x-content-type-options': 'nosniff' },
  })

export default definePlugin({
  name: 'reference',
  about:
    'Serves the script and the style of the API reference, so that its page loads nothing from elsewhere.',
  setup: () => {
    const shared = { method: 'GET', access: 'anyone', tag: 'Reference', hidden: true } as const
    return {
      api: [
        defineApi({
          ...shared,
          path: '/swagger/ui.js',
          summary: 'Script of the API reference',
          answer: { about: 'JavaScript' },
          run: () => serve(referenceScript(), 'text/javascript; charset=utf-8'),
        }),
        defineApi({
          ...shared,
          path: '/swagger/ui.css',
          summary: 'Style of the API reference',
          answer: { about: 'CSS' },
          run: () => serve(referenceStyle(), 'text/css; charset=utf-8'),
        }),
      ],
    }
  },
})
