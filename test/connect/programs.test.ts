import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clients } from '../../plugins/connect/clients.ts'
import { MASTER, type Running, startGateway } from '../browser/kit.ts'
import { heardIn } from '../conformance/agents/turns.ts'
import { until } from '../kit.ts'
import type { Plan } from '../mock/plan.ts'
import { createMockProvider, type Recorded } from '../mock/provider.ts'

/**
 * The agents themselves, where they are installed, set up by the very lines of the page. They change every day, so they
 * run only where RUN_AGENTS=true asks for it: `RUN_AGENTS=true bun test test/connect/programs.test.ts`.
 */

setDefaultTimeout(120_000)

const installed = (program: string): boolean =>
  process.env.RUN_AGENTS === 'true' && Bun.which(program) !== null

const mock = createMockProvider()
const base = mock.url.replace(/\/v1$/, '')
const targets: Readonly<Record<string, string>> = {
  'to-messages-old': 'anthropic/claude-sonnet-4-5',
  'to-messages-new': 'anthropic/claude-opus-5-5',
  'to-responses': 'openai/gpt-5',
  'to-gemini': 'gemini/gemini-2.5-pro',
  'to-chat': 'cerebras/gpt-oss-120b',
}
let gateway: Running | undefined
let folder: string

beforeAll(async () => {
  if (!['claude', 'aider'].some(installed)) return
  const names = ['ANTHROPIC', 'OPENAI', 'GEMINI', 'CEREBRAS']
  gateway = await startGateway({
    ...Object.fromEntries(names.map(name => [`${name}_API_KEY`, 'sk-upstream'])),
    ...Object.fromEntries(
      names.map(name => [`${name}_BASE_URL`, `${base}/v1${name === 'GEMINI' ? 'beta' : ''}`]),
    ),
    ANTHROPIC_MODELS: 'claude-sonnet-4-5,claude-opus-5-5',
    OPENAI_MODELS: 'gpt-5',
    GEMINI_MODELS: 'gemini-2.5-pro',
    CEREBRAS_MODELS: 'gpt-oss-120b',
    CONFIGURED_PROVIDER_MODELS_MODE: 'allowlist',
    VIRTUAL_MODELS: JSON.stringify(
      Object.entries(targets).map(([source, target_model]) => ({ source, target_model })),
    ),
  })
})
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'modelway-programs-'))
  await Bun.write(join(folder, 'note.txt'), 'größe 7\n')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
afterAll(async () => {
  await gateway?.stop()
  mock.stop()
})

/** Runs the page's lines for a program, with more words behind its name. */
async function run(id: string, model: string, words: readonly string[]): Promise<string> {
  const { pieces } = clients.find(client => client.id === id)!
  const lines = pieces({ address: gateway!.url, model, key: MASTER, can: {} }).find(({ place }) =>
    /shell/.test(place),
  )!.text
  const child = Bun.spawn(['sh', '-c', `${lines} "$@"`, 'sh', ...words], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      TERM: 'dumb',
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, trouble] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  expect([await child.exited, trouble.replace(/^\[claude-code:.*\n/m, '')]).toEqual([0, ''])
  return out
}

describe('Claude Code', () => {
  test.skipIf(installed('claude'))('is not run here: set RUN_AGENTS, and install `claude`', () => {})

  test.skipIf(!installed('claude')).each(Object.keys(targets))(
    'runs a command and says what it found, its bill is that of the records: %s',
    async model => {
      mock.reset()
      mock.setPlan(catsTheNote)
      const words = ['-p', 'What is in note.txt?', '--allowedTools', 'Bash', '--output-format', 'json']
      const told = JSON.parse(await run('claude-code', model, words))
      expect([told.is_error, told.result]).toEqual([false, 'It says größe 7.'])
      const lines = await linesOf(told.session_id, 2)
      const sum = (part: string) => lines.reduce((all, { tokens }) => all + tokens[part], 0)
      expect([sum('input'), sum('output') + sum('reasoning')]).toEqual([
        told.usage.input_tokens,
        told.usage.output_tokens,
      ])
      // Nothing was refused on the way.
      expect(lines.map(({ status }) => status)).toEqual([200, 200])
    },
  )
})

/** Thinks, looks, and says what it saw. */
function catsTheNote(request: Recorded): Plan {
  const { turns, tools = [] } = heardIn(request)
  if (!tools.some(({ name }) => name === 'Bash')) return { text: 'A note' }
  const results = turns.flatMap(({ parts }) => parts.flatMap(part => ('result' in part ? [part.output] : [])))
  if (results.length > 0) return { text: `It says ${results.at(-1)!.trim()}.` }
  const input = { command: 'cat note.txt', description: 'Reads the note' }
  return {
    reasoning: 'I look.',
    proof: btoa('p'),
    toolCall: { id: 'toolu_1', name: 'Bash', arguments: input },
  }
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely, and fail where they guess wrong
async function linesOf(session: string, count: number): Promise<any[]> {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  let lines: any[] = []
  await until(async () => {
    const response = await fetch(`${gateway!.url}/admin/usage/log?limit=100`, {
      headers: { authorization: `Bearer ${MASTER}` },
    })
    const { data } = (await response.json()) as { data: { session: string }[] }
    lines = data.filter(line => line.session === session)
    return lines.length === count
  }, 'the records of the session')
  return lines
}

describe('aider', () => {
  test.skipIf(installed('aider'))('is not run here: set RUN_AGENTS, and install `aider`', () => {})

  test.skipIf(!installed('aider'))('writes the file that the model wants', async () => {
    mock.setPlan({ text: 'note.txt\n```\ngröße 8\n```\n' })
    const quiet = [
      '--no-git',
      '--no-check-update',
      '--analytics-disable',
      '--no-show-model-warnings',
      '--no-pretty',
    ]
    await run('aider', 'to-messages-old', [...quiet, '--yes-always', '--message', 'Make it 8', 'note.txt'])
    expect(await Bun.file(join(folder, 'note.txt')).text()).toBe('größe 8\n')
  })
})
