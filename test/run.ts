/**
 * `bun run test`, also right after a clone: installs what the tests need, then type check, lint and format check, and
 * all tests. Arguments go to the test runner: `bun run test test/rules`.
 */
import { existsSync } from 'node:fs'
import { install } from '../src/start.ts'
import { findChromium, SHELL } from './browser/chromium.ts'
import { findPython, hasPython } from './conformance/python.ts'

const root = new URL('..', import.meta.url).pathname

const runs = (...command: readonly string[]): boolean =>
  Bun.which(command[0]!) !== null &&
  Bun.spawnSync([...command], { stdio: ['ignore', 'ignore', 'inherit'] }).success

let isUpdated: boolean | undefined

/** True when Debian's package is there. */
function installPackage(name: string): boolean {
  isUpdated ??= runs('apt-get', 'update', '-qq')
  return isUpdated && runs('apt-get', 'install', '-y', '-qq', '--no-install-recommends', name)
}

/**
 * The dashboard is tested in a real browser. Debian has it, and one without what is around pages, which halves the work;
 * elsewhere `CHROMIUM_PATH` names one.
 */
function installChromium(): void {
  const isGiven = process.env.CHROMIUM_PATH !== undefined || existsSync(SHELL)
  const isHere = findChromium() !== undefined
  if (isGiven || (isHere && process.getuid?.() !== 0)) return
  process.stderr.write('Installing Chromium for the dashboard tests…\n')
  if (installPackage('chromium-headless-shell') || isHere || installPackage('chromium')) return
  process.stderr.write('Cannot install Chromium with apt-get: set CHROMIUM_PATH to a Chromium or Chrome\n')
}

/** Limits of several gateways are tested with a real Redis. Where there is none those tests do not run, and say so. */
function installRedis(): void {
  if (Bun.which('redis-server') !== null) return
  process.stderr.write('Installing Redis for the tests of shared limits…\n')
  if (!installPackage('redis-server'))
    process.stderr.write('Cannot install redis-server with apt-get: tests that need it are skipped\n')
}

/** The official Python clients are compared, too. Where there is no Python they are not; what else goes wrong, the tests say. */
function installPython(): void {
  if (!hasPython()) return
  try {
    findPython()
  } catch {
    process.stderr.write('Installing python3-venv for the conformance tests…\n')
    installPackage('python3-venv')
  }
}

interface Step {
  readonly isGood: boolean
  readonly output: string
}

/** What it says is shown when it has ended: several may run at once. */
async function step(title: string, command: readonly string[]): Promise<Step> {
  const began = performance.now()
  process.stdout.write(`\n== ${title}…\n`)
  const run = Bun.spawn([process.execPath, ...command], { cwd: root, stdout: 'pipe', stderr: 'pipe' })
  const [stdout, stderr, code] = await Promise.all([
    new Response(run.stdout).text(),
    new Response(run.stderr).text(),
    run.exited,
  ])
  const isGood = code === 0
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  const output = `${stdout}${stderr}`
  process.stdout.write(`\n== ${title}\n${output}== ${title}: ${isGood ? 'good' : 'FAILED'} (${seconds} s)\n`)
  return { isGood, output }
}

install(true)
const only = process.argv.slice(2)
const folders = ['src', 'plugins', 'views', 'drizzle/config.ts', 'test']
// They are checked while the rest is downloaded.
const checking = [
  step('Types', ['x', 'tsc', '-p', '.', '--noEmit']),
  step('Lint and format', ['x', 'biome', 'check', '--config-path=test/lint.jsonc', ...folders]),
]
installChromium()
installRedis()
installPython()
const checks = await Promise.all(checking)
// Much of the time is waiting: for processes that start, browsers, faults that take their time.
const side = ['--parallel=4', '--no-isolate']
const test = (files: readonly string[]) => step('Tests', ['test', '--timeout', '30000', ...files])

/** The files with a test that failed, as the runner names them. */
function findFailed(output: string): string[] {
  const failed = new Set<string>()
  let file = ''
  for (const line of output.split('\n')) {
    file = /^(test\/\S+\.test\.tsx?):$/.exec(line)?.[1] ?? file
    if (line.startsWith('(fail)') && file !== '') failed.add(file)
    if (/^\d+ tests failed:$/.test(line)) break
  }
  return [...failed]
}

/** The files that a crash of the runtime took with it, before or while they ran. */
const findLost = (output: string): string[] =>
  [...output.matchAll(/^✗ (test\/\S+) \((?:worker crashed|aborted)/gm)].map(([, file]) => file!)

/** What the runtime crashed in, and what then never ran, is run once more. Tests are not to blame for it, but must run. */
async function runAll(files: readonly string[]): Promise<Step[]> {
  const first = await test([...side, ...files])
  const lost = findLost(first.output)
  if (lost.length === 0) return [first]
  process.stdout.write(`\nThe runtime crashed, so once more: ${lost.join(', ')}\n`)
  return [first, await test([...side, ...lost.map(file => `./${file}`)])]
}

/**
 * Browsers, processes and clocks share a machine of two cores here. What fails on it while it is full may be a defect
 * that only shows then: it is named in any case, and is a failure unless its whole file passes with the machine to itself.
 */
async function passesAlone(files: readonly string[]): Promise<boolean> {
  if (files.length > 3) return false
  process.stdout.write(`\nFailed with the machine full, so once more alone: ${files.join(', ')}\n`)
  const { isGood } = await test(files.map(file => `./${file}`))
  if (isGood) process.stdout.write('\nPassed alone. Please look at why it failed at first: see above\n')
  return isGood
}

const tested = await runAll(only.length > 0 ? only : ['./test'])
const failing = [...new Set(tested.flatMap(({ output }) => findFailed(output)))]
const isExplained = tested.every(
  ({ isGood, output }) => isGood || findFailed(output).length + findLost(output).length > 0,
)
const isWhole = isExplained && findLost(tested.at(-1)!.output).length === 0
const isGood =
  isWhole && checks.every(check => check.isGood) && (failing.length === 0 || (await passesAlone(failing)))
const counted = (what: string): number =>
  tested.reduce(
    (sum, { output }) => sum + Number(new RegExp(`^ *(\\d+) ${what}$`, 'm').exec(output)?.[1] ?? 0),
    0,
  )
// At least one: a run may fail without naming a test.
const failed = isGood ? 0 : Math.max(1, counted('fail'))
process.stdout.write(`\n${counted('pass')} passed, ${failed} failed, ${counted('skip')} skipped\n`)
process.exit(isGood ? 0 : 1)
