import type { ModelFacts } from '../../src/contract/model.ts'
import { shell } from '../../views/quote.ts'

/** What every program has to be told. */
export interface Facts {
  /** Of the gateway, with its base path and without a slash at its end: `http://127.0.0.1:8080`. */
  readonly address: string
  readonly model: string
  readonly key: string
  /** What the model can, as far as that is known. */
  readonly can: ModelFacts
}

/** Something to copy. */
export interface Piece {
  /** Where it goes. */
  readonly place: string
  readonly text: string
}

/** A program that calls models, and how it is led here. */
export interface Client {
  /** As it stands in the address of the page. */
  readonly id: string
  readonly name: string
  readonly group: 'Coding agents' | 'Libraries' | 'Anything else'
  /** The language in which it will call. */
  readonly speaks: string
  pieces(facts: Facts): readonly Piece[]
  readonly note?: string
}

export const SHELL = 'In a shell'

/** Lines of a shell that set variables for what is started in it. */
export const exports = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `export ${name}=${shell(value)}`)
    .join('\n')

export const RESPONSES = 'OpenAI Responses'
export const CHAT = 'OpenAI chat'
export const MESSAGES = 'Anthropic Messages'
export const GENERATE = 'Google generateContent'
export const OLLAMA = 'Ollama’s API'
