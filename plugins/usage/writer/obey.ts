import type { Clerk } from './clerk.ts'
import type { FromWorker, ToWorker } from './messages.ts'

/** Does what a recorder says, in whichever thread the clerk sits. */
export async function obey(
  clerk: Clerk,
  message: ToWorker,
  tell: (answer: FromWorker) => void,
): Promise<void> {
  if (message.kind === 'take') return clerk.take(message.delivery)
  if (message.kind === 'drain') {
    await clerk.drain()
    tell({ kind: 'drained', turn: message.turn })
  } else if (message.kind === 'reprice') {
    const changed = await clerk.reprice(message.from, message.to).catch(() => undefined)
    tell({ kind: 'repriced', turn: message.turn, ...(changed !== undefined && { changed }) })
  } else if (message.kind === 'close') {
    await Promise.race([clerk.drain(), new Promise(resolve => setTimeout(resolve, message.patience))])
    await clerk.close()
    tell({ kind: 'closed' })
  }
}
