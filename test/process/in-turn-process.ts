import { join } from 'node:path'
import { version } from '../../package.json'
import { plugins as ours } from '../../plugins/index.ts'
import { runProgram } from '../../src/cli/program.ts'
import { load } from '../../src/config/load.ts'
import { createGateway } from '../../src/gateway.ts'
import { contract } from '../../src/loading/contract.ts'
import { createStrangers } from '../../src/loading/strangers.ts'
import { openLog } from '../../src/log.ts'
import { listen, whyNotListen } from '../../src/process/listen.ts'
import { loadAssets } from '../../views/assets.ts'
import { shell } from '../../views/shell.tsx'
import type { Command, Finished } from './in-turn.ts'
import { root } from './spawn.ts'

/** Runs the commands that its parent sends, each as a process of its own would. */

const migrations = join(root, 'drizzle')

async function run({ args, cwd, env }: Command): Promise<Finished> {
  process.chdir(cwd)
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, env)
  const out: string[] = []
  const err: string[] = []
  const loadStrangers = createStrangers(cwd, {
    ...contract,
    'modelway/views': () => import('../../views/index.ts'),
  })
  /** As `src/main.ts` does it, up to where it would answer. */
  async function serve(flags: Readonly<Record<string, string>>): Promise<void> {
    const loaded = await load({ ours, loadStrangers, flags })
    const { settings } = loaded
    openLog({ level: settings.logLevel, pretty: false, write: () => {} })
    const assets = loadAssets(settings.basePath)
    const gateway = await createGateway({ ...loaded, shell, ...assets, migrations, version })
    try {
      await listen(settings, gateway.fetch).stop(true)
    } finally {
      await gateway.stop()
    }
  }
  const code = await runProgram(args, {
    version,
    plugins: ours,
    loadStrangers,
    migrations,
    serve,
    whyNotListen,
    out: text => void out.push(Bun.stripANSI(text)),
    note: text => void err.push(Bun.stripANSI(text)),
  })
  return { code: code ?? 0, out: out.join(''), err: err.join('') }
}

process.on('message', async (command: Command) => process.send!(await run(command)))
process.on('disconnect', () => process.exit())
