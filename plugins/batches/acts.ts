import type { Aim, PassageCall } from '../../src/contract/passage.ts'
import type { Host } from '../../src/contract/plugin.ts'
import { Refusal } from '../../src/errors.ts'
import type { Answer } from '../../src/types.ts'
import type { FileDesk, Language, Made, NamedModel, Thing } from '../files/model.ts'
import { creating } from './create.ts'
import { createRefresh, places } from './fresh.ts'
import type { Learn } from './learn.ts'
import type { BillMessages } from './message-bills.ts'
import { forClient, shown } from './shapes.ts'

interface ActsOptions {
  readonly host: Pick<Host, 'log' | 'providers' | 'fetch'>
  readonly desk: FileDesk
  readonly learn: Learn
  readonly billMessages: BillMessages
}

/** What callers may do with batches. */
export function createActs({ host, desk, learn, billMessages }: ActsOptions) {
  const { book, objectIn } = desk

  async function begin(call: PassageCall, language: Language, models: readonly NamedModel[], aim: Aim) {
    const answer = await call.forward(aim)
    const object = objectIn(answer)
    if (typeof object?.id !== 'string') {
      host.log.warn('A provider took a batch without telling its id', { provider: aim.provider })
      return answer
    }
    const { provider } = aim
    const thing: Thing = {
      kind: 'batch',
      language,
      provider,
      id: object.id,
      owner: call.x.userPath,
      models,
      object,
      made: madeBy(call),
    }
    await book.add(thing)
    await learn({ ...thing, object: {} }, object)
    return forClient(answer, thing, objectIn)
  }

  const forwardFor = ({ forward }: PassageCall, thing: Thing, tail = '') =>
    forward({
      ...desk.aimAt(thing),
      path: `${places[thing.language].path}/${encodeURIComponent(thing.id)}${tail}`,
    })

  const ask =
    (language: Language, tail = '') =>
    async (call: PassageCall): Promise<Answer> => {
      const thing = await desk.find(call, { kind: 'batch', language })
      const answer = await forwardFor(call, thing, tail)
      const object = objectIn(answer)
      if (object?.id === thing.id) await learn(thing, object)
      return forClient(answer, thing, objectIn)
    }

  /** Whether all models of a batch are open to the caller, as they were when it began. */
  async function isOpen({ x }: PassageCall, { provider, models }: Thing): Promise<boolean> {
    const gate = desk.gate(x, provider)
    try {
      for (const { asked, where } of models ?? []) await gate.take(asked, where)
      return true
    } catch (error) {
      if (error instanceof Refusal) return false
      throw error
    }
  }

  async function remove(call: PassageCall): Promise<Answer> {
    const thing = await desk.find(call, { kind: 'batch', language: 'anthropic' })
    // Its results go with it, and only what is over can be deleted. Who may not, causes no call.
    if (await isOpen(call, thing)) await billMessages(thing, true)
    try {
      const answer = await forwardFor(call, thing)
      await book.remove(thing)
      return answer
    } catch (error) {
      if (error instanceof Refusal && error.status === 404) await book.remove(thing)
      throw error
    }
  }

  async function results(call: PassageCall): Promise<Answer> {
    const thing = await desk.find(call, { kind: 'batch', language: 'anthropic' })
    const answer = await forwardFor(call, thing, '/results')
    // Only what is over has results, whether or not somebody has asked before how it is doing.
    void billMessages(thing, true)
    return answer
  }

  const list = (language: Language) => {
    const refresh = createRefresh(host, language, learn)
    return async (call: PassageCall) =>
      desk.list(call, { kind: 'batch', language }, async things =>
        (await refresh(things)).map(thing => ({ ...thing, object: shown(thing) })),
      )
  }

  return { ...creating(desk, begin), ask, remove, results, list }
}

const madeBy = ({ x: { id, caller } }: PassageCall): Made => ({
  call: id,
  keyId: caller.id,
  ...(Object.keys(caller.labels).length > 0 && { labels: caller.labels }),
})
