import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The Python clients that are compared, pinned. */
const packages = ['openai==3.54.0', 'anthropic==2.12.0']

/** Outside of the project, and another one when a pin changes. */
const home = join(tmpdir(), `modelway-python-${packages.join('-').replaceAll('=', '')}`)
const python = join(home, 'bin', 'python')

export const hasPython = (): boolean => Bun.which('python3') !== null

/**
 * An interpreter with the clients. They are installed when they are missing; what cannot be installed is an error, not a
 * reason to skip.
 */
export function findPython(): string {
  if (existsSync(python)) return python
  // Two runs may install at once: each into a folder of its own, and the first one stays.
  const draft = `${home}-${process.pid}`
  mkdirSync(draft, { recursive: true })
  const pip = [join(draft, 'bin', 'python'), '-m', 'pip', 'install', '-q', '--disable-pip-version-check']
  try {
    run(['python3', '-m', 'venv', draft])
    run([...pip, ...packages])
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    throw error
  }
  try {
    renameSync(draft, home)
  } catch (error) {
    if (!existsSync(python)) throw error
    rmSync(draft, { recursive: true, force: true })
  }
  return python
}

function run(command: readonly string[]): void {
  const { success, stdout, stderr } = Bun.spawnSync([...command], { stdout: 'pipe', stderr: 'pipe' })
  if (!success) throw new Error(`Cannot install the Python clients: ${command.join(' ')}\n${stdout}${stderr}`)
}

/** Runs a job in one process. */
export async function runPython(job: unknown): Promise<unknown> {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:OPENAI|ANTHROPIC)_|_PROXY$/i.test(name))
  const child = Bun.spawn([findPython(), join(import.meta.dir, 'run.py')], {
    env: Object.fromEntries(own),
    stdin: new Blob([JSON.stringify(job)]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, complaints, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  if (code !== 0) throw new Error(`The Python clients failed:\n${complaints}`)
  return JSON.parse(out)
}
