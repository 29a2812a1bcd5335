import { isBody } from '../../src/contract/passage.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { isOperator } from '../../src/exchange.ts'
import type { Access } from '../access/model.ts'
import type { VirtualModelSource } from '../virtual-models/model.ts'
import { createBook } from './book.ts'
import { createDesk } from './desk.ts'
import { checkForeign } from './foreign.ts'
import { checkKept } from './kept.ts'
import { createPassages } from './passages.ts'
import { providerObjects } from './schema.ts'

export default definePlugin({
  name: 'files',
  about: 'Keeps files at providers, and apart by owner, at /v1/files.',
  needs: ['virtual-models', 'access'],
  tables: { providerObjects },
  setup(host) {
    const book = createBook(host.db, host.now)
    const access = host.use<Access>('access')
    const virtual = host.use<VirtualModelSource>('virtual-models')
    const desk = createDesk(host, book, { virtual, access })
    return {
      exports: desk,
      passages: createPassages(host, desk, access),
      guard(json, x) {
        const { body, userPath } = x
        if (!isBody(body)) return json
        if (!isOperator(x)) checkKept(body.text)
        const checked = checkForeign(body, book, userPath)
        return checked === undefined ? json : checked.then(() => json)
      },
    }
  },
})
