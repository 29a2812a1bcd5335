import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import { parse as parseYaml } from 'yaml'
import type { Facts } from '../../plugins/connect/client.ts'
import { clients } from '../../plugins/connect/clients.ts'
import { code, json } from '../../plugins/connect/quote.ts'
import { shell } from '../../views/quote.ts'
import { MASTER, type Running, startGateway } from '../browser/kit.ts'
import { findPython, hasPython } from '../conformance/python.ts'

setDefaultTimeout(120_000)

const ROOT = new URL('../..', import.meta.url).pathname
/** A name that every language has to quote. */
const NAME = `it's "smart" $HOME`

let gateway: Running
let facts: Facts

beforeAll(async () => {
  gateway = await startGateway({
    VIRTUAL_MODELS: JSON.stringify([{ source: NAME, target_model: 'demo/parrot' }]),
  })
  facts = { address: gateway.url, model: NAME, key: MASTER, can: {} }
})
afterAll(() => gateway.stop())

/** The pieces of one program, by where they go. */
function piecesOf(id: string, told: Facts = facts): Record<string, string> {
  const client = clients.find(client => client.id === id)!
  return Object.fromEntries(client.pieces(told).map(({ place, text }) => [place, text]))
}

async function run(command: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const child = Bun.spawn([...command], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, trouble] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  if ((await child.exited) !== 0) throw new Error(trouble)
  return out.trim()
}

/** What a shell has in these variables after the lines of a piece. */
const variablesOf = async (text: string, names: readonly string[]): Promise<string[]> => {
  const lines = text.split('\n').filter(line => line.startsWith('export '))
  const told = names.map(name => `printf '%s\\n' "$${name}"`)
  return (await run(['sh', '-c', [...lines, ...told].join('\n')])).split('\n')
}

describe('libraries call the gateway as the page says', () => {
  test.each(['openai-js', 'anthropic-js', 'google-js', 'ollama-js', 'ai-sdk'])('%s', async id => {
    expect(await run([process.execPath, '-e', piecesOf(id)['app.mjs']!])).toContain('Hello')
  })

  test.skipIf(!hasPython())('openai-python, anthropic-python', async () => {
    const python = findPython()
    for (const id of ['openai-python', 'anthropic-python'])
      expect(await run([python, '-c', piecesOf(id)['app.py']!])).toContain('Hello')
  })

  test('langchain: the lines are those of a call', () => {
    const text = piecesOf('langchain')['app.py']!
    expect(text).toContain(
      `ChatOpenAI(model=${json(NAME)}, base_url="${gateway.url}/v1", api_key="${MASTER}")`,
    )
  })

  test.skipIf(Bun.which('curl') === null)('curl: a call and the list', async () => {
    const pieces = piecesOf('curl')
    const answer = JSON.parse(await run(['sh', '-c', pieces['In a shell']!]))
    expect(answer.choices[0].message.content).toContain('Hello')
    const list = JSON.parse(await run(['sh', '-c', pieces['What may be called']!]))
    expect(list.data.map(({ id }: { id: string }) => id)).toContain(NAME)
  })

  test('variables lead libraries here by themselves', async () => {
    const texts = Object.values(piecesOf('environment'))
    const program = `import OpenAI from 'openai'
import Anthropic from '@anthropic-ai/sdk'
const model = process.env.MODEL
const messages = [{ role: 'user', content: 'Hello' }]
console.log((await new OpenAI().chat.completions.create({ model, messages })).choices[0].message.content)
console.log((await new Anthropic().messages.create({ model, messages, max_tokens: 64 })).content[0].text)`
    const line = `${texts.join('\n')}\n${shell(process.execPath)} -e ${shell(program)}`
    const said = (await run(['sh', '-c', line], { MODEL: NAME })).split('\n')
    expect(said).toEqual([expect.stringContaining('Hello'), expect.stringContaining('Hello')])
  })
})

describe('files of coding agents say what was chosen', () => {
  test('codex', async () => {
    const pieces = piecesOf('codex')
    expect(Bun.TOML.parse(pieces['~/.codex/config.toml']!)).toEqual({
      model: NAME,
      model_provider: 'modelway',
      model_context_window: 200_000,
      model_providers: {
        modelway: {
          name: 'Modelway',
          base_url: `${gateway.url}/v1`,
          env_key: 'MODELWAY_KEY',
          wire_api: 'responses',
        },
      },
    })
    expect(await variablesOf(pieces['In a shell']!, ['MODELWAY_KEY'])).toEqual([MASTER])
  })

  test('opencode', () => {
    const { model, provider } = JSON.parse(piecesOf('opencode')['opencode.json']!)
    expect(model).toBe(`modelway/${NAME}`)
    expect(provider.modelway.options).toEqual({ baseURL: `${gateway.url}/v1`, apiKey: MASTER })
    expect(provider.modelway.models).toEqual({
      [NAME]: { name: NAME, limit: { context: 200_000, output: 32_000 } },
    })
  })

  test('continue', () => {
    const { models } = parseYaml(piecesOf('continue')['~/.continue/config.yaml']!)
    expect(models[0]).toMatchObject({ model: NAME, apiBase: `${gateway.url}/v1`, apiKey: MASTER })
  })

  test('claude-code, gemini-cli and aider', async () => {
    const tiers = ['HAIKU', 'SONNET', 'OPUS', 'FABLE'].map(tier => `ANTHROPIC_DEFAULT_${tier}_MODEL`)
    const names = ['ANTHROPIC_BASE_URL', 'ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_MODEL', ...tiers]
    const claude = piecesOf('claude-code')['In a shell']!
    // A subagent of another tier must not ask for a model that is not there.
    expect(await variablesOf(claude, names)).toEqual([gateway.url, MASTER, ...Array(5).fill(NAME)])
    expect(claude).toEndWith('\nclaude')
    const gemini = piecesOf('gemini-cli')
    const led = ['GOOGLE_GEMINI_BASE_URL', 'GEMINI_API_KEY', 'GEMINI_MODEL']
    expect(await variablesOf(gemini['In a shell']!, led)).toEqual([gateway.url, MASTER, NAME])
    expect(JSON.parse(gemini['~/.gemini/settings.json']!)).toMatchObject({ security: { auth: {} } })
    const aider = piecesOf('aider')['In a shell']!.replace(/^aider /m, `printf '%s\\n' `)
    expect((await run(['sh', '-c', aider])).split('\n')).toEqual(['--model', `openai/${NAME}`])
  })
})

describe('a name is itself again in every language, whatever is in it:', () => {
  const name = fc.string({ unit: 'binary', maxLength: 40 }).map(text => text.toWellFormed())

  test('JSON, YAML, TOML', () =>
    fc.assert(
      fc.property(name, text => {
        expect(JSON.parse(json(text))).toBe(text)
        expect(parseYaml(`a: ${json(text)}`).a).toBe(text)
        expect((Bun.TOML.parse(`a = ${json(text)}`) as { a: string }).a).toBe(text)
      }),
    ))

  test('JavaScript', () =>
    fc.assert(fc.property(name, text => expect(new Function(`return ${code(text)}`)()).toBe(text))))

  test('a shell', async () => {
    const texts = fc.sample(
      name.filter(text => !text.includes('\0')),
      200,
    )
    const line = `printf '%s\\0' ${texts.map(shell).join(' ')}`
    const child = Bun.spawn(['sh', '-c', line], { stdout: 'pipe' })
    expect((await new Response(child.stdout).text()).split('\0').slice(0, -1)).toEqual(texts)
  })
})
