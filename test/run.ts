/**
 * `bun run test`, also right after a clone: installs what the tests need, then type check, lint and format check, and
 * all tests. Arguments go to the test runner: `bun run test test/rules`.
 */
import { existsSync } from 'node:fs'
import { install } from '../src/start.ts'
import { findPython, hasPython } from './conformance/python.ts'

const root = new URL('..', import.meta.url).pathname
const chromium = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

/** True when Debian's packages are there. */
function installPackages(...names: readonly string[]): boolean {
  const commands = [
    ['apt-get', 'update', '-qq'],
    ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...names],
  ]
  return commands.every(
    command =>
      Bun.which(command[0]!) !== null &&
      Bun.spawnSync(command, { stdio: ['ignore', 'ignore', 'inherit'] }).success,
  )
}

/** The dashboard is tested in a real browser. Debian has it; elsewhere `CHROMIUM_PATH` names one. */
function installChromium(): void {
  if (existsSync(chromium)) return
  process.stderr.write('Installing Chromium for the dashboard tests…\n')
  if (!installPackages('chromium'))
    process.stderr.write('Cannot install Chromium with apt-get: set CHROMIUM_PATH to a Chromium or Chrome\n')
}

/** Limits of several gateways are tested with a real Redis. Where there is none those tests do not run, and say so. */
function installRedis(): void {
  if (Bun.which('redis-server') !== null) return
  process.stderr.write('Installing Redis for the tests of shared limits…\n')
  if (!installPackages('redis-server'))
    process.stderr.write('Cannot install redis-server with apt-get: tests that need it are skipped\n')
}

/** The official Python clients are compared, too. Where there is no Python they are not; what else goes wrong, the tests say. */
function installPython(): void {
  if (!hasPython()) return
  try {
    findPython()
  } catch {
    process.stderr.write('Installing python3-venv for the conformance tests…\n')
    installPackages('python3-venv')
  }
}

function step(title: string, command: readonly string[]): { isGood: boolean; output: string } {
  const began = performance.now()
  process.stdout.write(`\n== ${title}\n`)
  const run = Bun.spawnSync([process.execPath, ...command], {
    cwd: root,
    stdout: 'pipe',
    stderr: 'pipe',
    env: { ...process.env, CHROMIUM_PATH: chromium },
  })
  const output = `${run.stdout}${run.stderr}`
  process.stdout.write(output)
  process.stdout.write(
    `== ${title}: ${run.success ? 'good' : 'FAILED'} (${((performance.now() - began) / 1000).toFixed(1)} s)\n`,
  )
  return { isGood: run.success, output }
}

install(true)
installChromium()
installRedis()
installPython()
const only = process.argv.slice(2)
const checks = [
  step('Types', ['x', 'tsc', '-p', '.', '--noEmit']),
  step('Lint and format', [
    'x',
    'biome',
    'check',
    '--config-path=test/lint.jsonc',
    'src',
    'plugins',
    'views',
    'drizzle/config.ts',
    'test',
  ]),
]
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
function runAll(files: readonly string[]): ReturnType<typeof test>[] {
  const first = test([...side, ...files])
  const lost = findLost(first.output)
  if (lost.length === 0) return [first]
  process.stdout.write(`\nThe runtime crashed, so once more: ${lost.join(', ')}\n`)
  return [first, test([...side, ...lost.map(file => `./${file}`)])]
}

/**
 * Browsers, processes and clocks share a machine of two cores here. What fails on it while it is full may be a defect
 * that only shows then: it is named in any case, and is a failure unless its whole file passes with the machine to itself.
 */
function passesAlone(files: readonly string[]): boolean {
  if (files.length > 3) return false
  process.stdout.write(`\nFailed with the machine full, so once more alone: ${files.join(', ')}\n`)
  const { isGood } = test(files.map(file => `./${file}`))
  if (isGood) process.stdout.write('\nPassed alone. Please look at why it failed at first: see above\n')
  return isGood
}

const runs = runAll(only.length > 0 ? only : ['./test'])
const failing = [...new Set(runs.flatMap(({ output }) => findFailed(output)))]
const isExplained = runs.every(
  ({ isGood, output }) => isGood || findFailed(output).length + findLost(output).length > 0,
)
const isWhole = isExplained && findLost(runs.at(-1)!.output).length === 0
const isGood =
  isWhole && checks.every(check => check.isGood) && (failing.length === 0 || passesAlone(failing))
const counted = (what: string): number =>
  runs.reduce(
    (sum, { output }) => sum + Number(new RegExp(`^ *(\\d+) ${what}$`, 'm').exec(output)?.[1] ?? 0),
    0,
  )
// At least one: a run may fail without naming a test.
const failed = isGood ? 0 : Math.max(1, counted('fail'))
process.stdout.write(`\n${counted('pass')} passed, ${failed} failed, ${counted('skip')} skipped\n`)
process.exit(isGood ? 0 : 1)
