import { join } from 'node:path'
import { version } from '../../package.json'
import { plugins } from '../../plugins/index.ts'
import { readStored } from '../../plugins/settings/stored.ts'
import { runProgram } from '../../src/cli/program.ts'
import { contract } from '../../src/loading/contract.ts'
import { createStrangers } from '../../src/loading/strangers.ts'
import { createLog, openLog } from '../../src/log.ts'
import type { Installation } from '../../src/process/installation.ts'
import { listen, whyNotListen } from '../../src/process/listen.ts'
import { type Flags, open, read } from '../../src/process/open.ts'
import { loadAssets } from '../../views/assets.ts'
import { shell } from '../../views/shell.tsx'
import type { Command, Finished } from './in-turn.ts'
import { root } from './spawn.ts'

/** Runs the commands that its parent sends, each as a process of its own would. */

const installed = { plugins, shell, loadAssets, migrations: join(root, 'drizzle'), version, readStored }
const views = () => import('../../views/index.ts')

/** What `src/main.ts` does, up to where it would answer. */
async function serve(installation: Installation, flags: Flags): Promise<void> {
  const loaded = await read(installation, flags)
  openLog({ level: loaded.settings.logLevel, pretty: false, write: () => {} })
  const { gateways } = await open({ installation, flags, loaded }, { log: createLog('gateway') })
  try {
    await listen(loaded.settings, gateways.fetch).stop(true)
  } finally {
    await gateways.stop()
  }
}

async function run({ args, cwd, env }: Command): Promise<Finished> {
  process.chdir(cwd)
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, env)
  const loadStrangers = createStrangers(cwd, { ...contract, 'modelway/views': views })
  const installation = { ...installed, loadStrangers }
  const out: string[] = []
  const err: string[] = []
  const code = await runProgram(args, {
    ...installation,
    serve: flags => serve(installation, flags),
    whyNotListen,
    out: text => void out.push(Bun.stripANSI(text)),
    note: text => void err.push(Bun.stripANSI(text)),
  })
  return { code: code ?? 0, out: out.join(''), err: err.join('') }
}

process.on('message', async (command: Command) => process.send!(await run(command)))
process.on('disconnect', () => process.exit())
