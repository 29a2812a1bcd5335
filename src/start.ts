/**
 * `bun run gateway`, also right after a clone: installs the locked packages when they are missing or old, then becomes
 * the gateway. Imports nothing that would have to be installed first.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const root = new URL('..', import.meta.url).pathname
const stamp = `${root}node_modules/.modelway-lock`

/** The packages on disk are those of the lock file. */
function isInstalled(lock: string): boolean {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lock
}

/** Runs `bun install` with what the gateway needs, or with `dev` also what the tests need. */
export function install(dev: boolean): void {
  const lock = `${dev ? 'dev' : 'run'} ${Bun.hash(readFileSync(`${root}bun.lock`)).toString(36)}`
  if (isInstalled(lock) || (!dev && isInstalled(lock.replace('run', 'dev')))) return
  process.stderr.write('Installing packages…\n')
  const args = [
    'install',
    '--frozen-lockfile',
    '--ignore-scripts',
    '--silent',
    ...(dev ? [] : ['--production']),
  ]
  const { exitCode } = Bun.spawnSync([process.execPath, ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (exitCode !== 0) {
    process.stderr.write('modelway: cannot install the packages of bun.lock: see the lines above\n')
    process.exit(1)
  }
  writeFileSync(stamp, lock)
}

/** What the runtime reads only when a process begins. */
const runtime = {
  /** So many outgoing requests run at once; 256 otherwise. */
  BUN_CONFIG_MAX_HTTP_REQUESTS: '65535',
  /**
   * Looks up names of hosts and reads files; one for each core otherwise. While a name server is silent each name holds a
   * thread for ten seconds or more: with few of them, dozens of providers would hold up all other names, and whatever
   * has to be read.
   */
  UV_THREADPOOL_SIZE: '128',
}

/** This process is replaced by one that has these variables, unless the operator has said otherwise. */
export function become(args: readonly string[]): void {
  const env = { ...runtime, ...process.env } as Record<string, string>
  const watches = args.includes('--watch') ? ['--watch', '--no-clear-screen'] : []
  const rest = args.filter(arg => arg !== '--watch')
  // Otherwise the runtime looks for it where the operator stands, and misses what our markup needs.
  const settings = `--tsconfig-override=${root}tsconfig.json`
  process.execve!(
    process.execPath,
    [process.execPath, settings, ...watches, `${root}src/main.ts`, ...rest],
    env,
  )
}

/** With options only, they are those of `serve`: `bun run gateway --port 9000`. */
function asCommand(args: readonly string[]): readonly string[] {
  const [first] = args
  const isServe = first === undefined || (first.startsWith('--') && !['--help', '--version'].includes(first))
  return isServe ? ['serve', ...args] : args
}

if (import.meta.main) {
  install(false)
  become(asCommand(process.argv.slice(2)))
}
