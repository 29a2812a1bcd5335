import { refuse } from '../../src/errors.ts'
import type { Chronicle, Version } from './chronicle.ts'
import type { Restore, RestoreOrder } from './model.ts'

/** Puts a version back and returns the new one that comes of it. */
export type Restorer = (id: number, order: RestoreOrder) => Promise<Version>

/** Each kind of thing is put back by the plugin that it belongs to. */
export const createRestorer =
  (chronicle: Chronicle, restorers: ReadonlyMap<string, Restore>): Restorer =>
  async (id, order) => {
    const { kind, line, before, after } =
      (await chronicle.get(id)) ?? refuse('not_found', `There is no version "${id}"`)
    const restore = restorers.get(kind) ?? refuse('conflict', `Nobody here knows how to put back a "${kind}"`)
    const { action, subject } = (await chronicle.latest(line))!
    const version = await restore((after ?? before)!, {
      ...order,
      subject: action === 'delete' ? undefined : subject,
      restored: id,
    })
    return (await chronicle.at(line, version))!
  }
