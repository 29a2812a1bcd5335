import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider'
import { isObject, objectOf, parseObject } from '../../../src/contract/loose-json.ts'
import { objectAt, textAt, unsupported } from '../../../src/request/border.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Entry, ToolKind } from './catalogue.ts'

/** Tools of this language as functions, and what models say to them as items of this language. */

type Schema = LanguageModelV4FunctionTool['inputSchema']

const string = (description: string): Schema => ({ type: 'string', description })
const number = (description: string): Schema => ({ type: 'number', description })
const strings = (description: string): Schema => ({ type: 'array', items: { type: 'string' }, description })

/** OpenAI's models know these without a word; others have to be told. */
const told: Readonly<
  Record<
    Exclude<ToolKind, 'function' | 'custom' | 'tool_search'>,
    { description: string; inputSchema: Schema }
  >
> = {
  local_shell: {
    description: "Runs one command on the user's machine and returns what it printed.",
    inputSchema: object(['command'], {
      command: strings('The program and its arguments, each as one string; there is no shell around it.'),
      working_directory: string('Where to run it. Default: the current folder.'),
      timeout_ms: number('Milliseconds after which it is stopped.'),
      env: {
        type: 'object',
        additionalProperties: { type: 'string' },
        description: 'More environment variables.',
      },
    }),
  },
  shell: {
    description: "Runs shell commands on the user's machine and returns what each of them printed.",
    inputSchema: object(['commands'], {
      commands: strings('Command lines; they may run at the same time.'),
      timeout_ms: number('Milliseconds after which they are stopped.'),
      max_output_length: number('Characters of output that are returned at most.'),
    }),
  },
  apply_patch: {
    description: 'Creates, changes or deletes one file.',
    inputSchema: object(['operation'], {
      operation: object(['type', 'path'], {
        type: { type: 'string', enum: ['create_file', 'update_file', 'delete_file'] },
        path: string('The path of the file, relative to the working directory.'),
        diff: string(
          'Not for delete_file. For create_file every line of the new file with "+" before it. For update_file one or ' +
            'more sections: a line that begins with "@@" and may name the enclosing function or class, then lines of ' +
            'context that begin with a space, removed lines with "-" and added lines with "+".',
        ),
      }),
    }),
  },
}

function object(required: string[], properties: Record<string, Schema>): Schema {
  return { type: 'object', properties, required, additionalProperties: false }
}

/** A tool as a function that any model can call. */
export function toFunction(entry: Entry, warn: (line: string) => void): LanguageModelV4FunctionTool {
  const { kind, flat: name, tool, at } = entry
  if (kind === 'function' || kind === 'tool_search') return plainFunction(entry)
  if (kind === 'custom') return customFunction(entry, warn)
  const { environment } = tool
  if (kind === 'shell' && isObject(environment) && environment.type !== 'local')
    unsupported(`${at}.environment`, 'is a container of OpenAI: this provider has none')
  return { type: 'function', name, ...told[kind] }
}

/** What a namespace is for has no place of its own elsewhere: the first of its tools says it. */
const spaceOf = ({ namespace, about }: Entry): string[] =>
  about === undefined ? [] : [`About all tools of "${namespace}": ${about}`]

function plainFunction(entry: Entry): LanguageModelV4FunctionTool {
  const { flat: name, tool, at } = entry
  const { description, parameters, strict } = tool
  const words = [
    ...spaceOf(entry),
    ...(description == null ? [] : [textAt(description, `${at}.description`)]),
  ]
  return {
    type: 'function',
    name,
    inputSchema: parameters == null ? object([], {}) : (objectAt(parameters, `${at}.parameters`) as Schema),
    ...(words.length > 0 && { description: words.join('\n\n') }),
    ...(typeof strict === 'boolean' && { strict }),
  }
}

/** The input of a custom tool is free text: here the only field of an object. */
function customFunction(entry: Entry, warn: (line: string) => void): LanguageModelV4FunctionTool {
  const { flat: name, tool, at } = entry
  const { description, format } = tool
  const words = [
    ...spaceOf(entry),
    ...(description == null ? [] : [textAt(description, `${at}.description`)]),
  ]
  const { type, syntax, definition } = objectOf(format)
  const grammar = type === 'grammar' && typeof definition === 'string'
  if (grammar) {
    words.push(`The input has to follow this ${String(syntax)} grammar:\n${definition}`)
    warn(`${at}.format: this provider is told the grammar, and not held to it`)
  }
  const inputSchema = object(['input'], { input: string('The whole input of the tool, as plain text.') })
  return { type: 'function', name, inputSchema, ...(words.length > 0 && { description: words.join('\n\n') }) }
}

/** A call of one of OpenAI's own tools as its item; undefined where the model wrote something else. */
export function ownCall(kind: ToolKind, input: string): JsonObject | undefined {
  const args = parseObject(input)
  if (kind === 'tool_search') return { type: 'tool_search_call', execution: 'client', arguments: args }
  if (kind === 'local_shell' && isStrings(args.command))
    return {
      type: 'local_shell_call',
      action: {
        type: 'exec',
        command: args.command,
        env: objectOf(args.env),
        timeout_ms: numberOr(args.timeout_ms),
        user: null,
        working_directory: typeof args.working_directory === 'string' ? args.working_directory : null,
      },
    }
  if (kind === 'shell' && isStrings(args.commands))
    return {
      type: 'shell_call',
      action: {
        commands: args.commands,
        timeout_ms: numberOr(args.timeout_ms),
        max_output_length: numberOr(args.max_output_length),
      },
      environment: { type: 'local' },
    }
  const { type, path, diff = '' } = objectOf(args.operation)
  if (kind !== 'apply_patch' || typeof path !== 'string' || !operations.has(type)) return undefined
  const operation = type === 'delete_file' ? { type, path } : { type, path, diff }
  return { type: 'apply_patch_call', operation }
}

const operations: ReadonlySet<unknown> = new Set(['create_file', 'update_file', 'delete_file'])
const isStrings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every(each => typeof each === 'string')
const numberOr = (value: unknown): number | null => (typeof value === 'number' ? value : null)
