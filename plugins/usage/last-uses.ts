import type { LastUses } from '../auth/model.ts'
import type { Ask } from './report/answers.ts'

/** When keys were last used, out of the records. */
export const createLastUses =
  (ask: Ask): LastUses =>
  async keys => {
    const rows = keys.length === 0 ? [] : await ask('lastUses', keys)
    return new Map(
      rows.map(({ keyId, at, asked, userPath, requestId }) => [
        keyId,
        { at, model: asked, userPath, requestId },
      ]),
    )
  }
