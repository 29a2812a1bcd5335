import { version } from '../package.json'
import { plugins } from '../plugins/index.ts'
import { readStored } from '../plugins/settings/stored.ts'
import { loadAssets } from '../views/assets.ts'
import { shell } from '../views/shell.tsx'
import { runProgram } from './cli/program.ts'
import { countWorkers } from './config/gateway.ts'
import { contract } from './loading/contract.ts'
import { createStrangers } from './loading/strangers.ts'
import { serveAlone } from './process/alone.ts'
import { endLog } from './process/ending.ts'
import type { Installation } from './process/installation.ts'
import { whyNotListen } from './process/listen.ts'
import { type Flags, read } from './process/open.ts'
import { startLog } from './process/writing.ts'
import { findAbove } from './workers/process.ts'
import { supervise } from './workers/supervise.ts'
import { work } from './workers/work.ts'
import { createWorker } from './workers/worker.ts'

/** Kernel, plugins and pages meet here, and nowhere else. */
const installation: Installation = {
  plugins,
  loadStrangers: createStrangers(process.cwd(), {
    ...contract,
    'modelway/views': () => import('../views/index.ts'),
  }),
  shell,
  loadAssets,
  migrations: new URL('../drizzle', import.meta.url).pathname,
  version,
  readStored,
}

/** `modelway serve`: this process is the gateway, or takes care of several that are. */
async function serve(flags: Flags): Promise<void> {
  const loaded = await read(installation, flags)
  startLog(loaded.settings)
  const told = { installation, flags, loaded }
  const workers = countWorkers(loaded.settings)
  return workers > 1 ? supervise(told, workers) : serveAlone(told)
}

/** A reader at a pipe may be slower than we are, and what it has not taken would end with us. */
const written: Promise<void>[] = []

function tell(stream: NodeJS.WriteStream, text: string): void {
  const plain = stream.isTTY ? text : Bun.stripANSI(text)
  written.push(new Promise(resolve => void stream.write(plain, () => resolve())))
}

const args = process.argv.slice(2)
const above = findAbove(args)
const worker = above && createWorker(above, () => process.exit(0))
const code = await runProgram(worker || args.length === 0 ? ['serve'] : args, {
  ...installation,
  serve: worker ? () => work(installation, worker) : serve,
  whyNotListen,
  out: text => tell(process.stdout, text),
  note: text => tell(process.stderr, text),
})
if (code !== undefined) {
  if (code !== 0) await endLog()
  await Promise.all(written)
  process.exit(code)
}
