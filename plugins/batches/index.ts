import { definePlugin } from '../../src/contract/plugin.ts'
import type { FileDesk } from '../files/model.ts'
import { createActs } from './acts.ts'
import { createLearn } from './learn.ts'
import { createMessageBills } from './message-bills.ts'
import type { BatchBill, Batches } from './model.ts'
import { createPassages } from './passages.ts'

export default definePlugin({
  name: 'batches',
  about: 'Runs batches at providers, and keeps them apart by owner, at /v1/batches and /v1/messages/batches.',
  needs: ['files'],
  setup(host) {
    const desk = host.use<FileDesk>('files')
    const listeners: ((bill: BatchBill) => void)[] = []
    const tell = (bill: BatchBill) => {
      for (const listen of listeners) listen(bill)
    }
    const billMessages = createMessageBills({ host, desk, tell })
    const learn = createLearn({ desk, tell, billMessages })
    return {
      exports: { onBill: listen => void listeners.push(listen) } satisfies Batches,
      passages: createPassages(host, createActs({ host, desk, learn, billMessages })),
    }
  },
})
