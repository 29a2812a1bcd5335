import { describe } from '../base/describe.ts'
import { exits } from '../cli/world.ts'
import { ConfigError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import { createLog, openLog } from '../log.ts'
import { createStop, endLog, onStop, outlive } from '../process/ending.ts'
import type { Installation } from '../process/installation.ts'
import { listen } from '../process/listen.ts'
import { open, read } from '../process/open.ts'
import { startLog, write } from '../process/writing.ts'
import { createNotes } from './notes.ts'
import { createPeers } from './peers.ts'
import type { Facts, Start } from './requests.ts'
import type { Worker } from './worker.ts'

/** One of several processes that serve the same port, as its supervisor tells it to. */
export async function work(installation: Installation, worker: Worker): Promise<void> {
  const start = await worker.start
  try {
    await begin(installation, worker, start)
  } catch (error) {
    if (!start.isAgain) throw error
    await endInLog(error, start)
  }
}

/** Who reads the log of a gateway that serves would not look for it on standard error. */
async function endInLog(error: unknown, { isPretty: pretty, number }: Start): Promise<never> {
  const isMistake = error instanceof ConfigError
  openLog({ level: 'error', pretty, worker: number, write })
  createLog('gateway').error('The worker cannot begin', {
    why: isMistake ? error.problems.join('; ') : describe(error),
  })
  await endLog()
  return process.exit(isMistake ? exits.configuration : exits.fault)
}

async function begin(installation: Installation, worker: Worker, start: Start): Promise<void> {
  const { flags, kept, number, port, isPretty, left } = start
  const found = await read(installation, flags)
  const loaded = { ...found, settings: { ...found.settings, ...kept } }
  const writing = { worker: number, isPretty }
  startLog(loaded.settings, writing)
  const peers = createPeers(worker.wire, left)
  const notes = createNotes()
  const opening = { log: notes.log, peers: peers.of, writing }
  const { gateways, reload } = await open({ installation, flags, loaded }, opening)
  const server = listen({ ...loaded.settings, port, isShared: true }, peers.waitedFor(gateways.fetch))
  const stop = createStop(gateways, server)
  onStop(stop)
  // It is meant for all of them, and the supervisor passes it on.
  process.on('SIGHUP', () => {})
  outlive(createLog('gateway'))
  const reloadAndSay = async (why: string) => {
    await reload(why)
    return notes.take()
  }
  const giveWay = () => void server.stop()
  const serving = { gateway: gateways.settled, reload: reloadAndSay, stop, giveWay }
  worker.serve(serving, factsOf(gateways.current()))
}

/** What can be sent to another process. */
const factsOf = ({ order, providers, isOpen }: Gateway): Facts => ({
  order: order.map(({ name, hooks }) => ({ name, hooks })),
  providers,
  isOpen,
})
