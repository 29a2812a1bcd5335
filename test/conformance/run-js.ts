import Anthropic from '@anthropic-ai/sdk'
import OpenAI, { toFile } from 'openai'
import { isObject, type Json } from '../mock/heard.ts'
import { type Case, type Failure, mark, type Outcome, type World } from './case.ts'

/** Where clients call, and as whom. */
export interface Place {
  readonly world: World
  /** Ends with `/v1`. */
  readonly openai: string
  readonly anthropic: string
  readonly key: string
  /** What stands before a model's name, for each language. */
  readonly model: (one: Case) => string
}

interface Options {
  readonly timeout?: number
  readonly maxRetries?: number
  readonly signal?: AbortSignal
}

type Method = (params: unknown, options: Options) => Promise<unknown>

/** Runs a case with the official client of its language. */
export function createRunner({ world, openai, anthropic, key, model }: Place) {
  const clients = {
    chat: new OpenAI({ baseURL: openai, apiKey: key }),
    responses: new OpenAI({ baseURL: openai, apiKey: key }),
    messages: new Anthropic({ baseURL: anthropic, apiKey: key }),
  }
  return async (one: Case): Promise<Outcome> => {
    const params = { model: model(one), ...(await filled(one, mark(world, 'js', one.id))) }
    const retries = one.retries ?? (one.timeout === undefined ? undefined : 0)
    const options: Options = {
      ...(one.timeout !== undefined && { timeout: one.timeout }),
      ...(retries !== undefined && { maxRetries: retries }),
    }
    const events: unknown[] = []
    try {
      const answer = await methodOf(clients[one.language], one.call)(params, options)
      if (!one.stream) return { value: await plain(answer) }
      for await (const event of answer as AsyncIterable<unknown>) {
        events.push(plainJson(event))
        if (events.length === one.leaveAfter) break
      }
      return { events }
    } catch (error) {
      return { ...(one.stream && { events }), error: toFailure(error) }
    }
  }
}

/** `chat.completions.create` of a client, bound to what it belongs to. */
function methodOf(client: object, path: string): Method {
  const names = path.split('.')
  const last = names.pop()!
  const owner = names.reduce<Record<string, unknown>>(
    (of, name) => of[name] as Record<string, unknown>,
    client as Record<string, unknown>,
  )
  return (owner[last] as Method).bind(owner)
}

/** The mark in its place, and files as files. */
async function filled({ params }: Case, sign: string): Promise<Json> {
  const text = JSON.stringify(params).replaceAll('[[]]', sign)
  const entries = Object.entries(JSON.parse(text) as Json).map(async ([name, value]) => {
    if (!isObject(value) || !isObject(value.$file)) return [name, value]
    const { name: filename, type, base64 } = value.$file as Record<string, string>
    return [name, await toFile(Buffer.from(base64!, 'base64'), filename, { type: type! })]
  })
  return Object.fromEntries(await Promise.all(entries)) as Json
}

/** What an SDK returns as JSON; bytes by their print. */
async function plain(answer: unknown): Promise<unknown> {
  if (answer instanceof Response) {
    const bytes = await answer.bytes()
    return { bytes: bytes.length, print: Bun.hash.crc32(bytes), type: answer.headers.get('content-type') }
  }
  return plainJson(answer)
}

const plainJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null))

function toFailure(error: unknown): Failure {
  const { status, code, type, message } = error as Failure
  return {
    name: (error as object).constructor.name,
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(type !== undefined && { type }),
    message: String(message),
  }
}
