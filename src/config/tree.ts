import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import { ConfigError } from '../errors.ts'
import { findHazard } from './hazards.ts'
import type { Place } from './place.ts'

/** A config file with the place of everything in it; what it means is decided elsewhere. */
export type Tree = MapTree | ListTree | ScalarTree

export interface MapTree {
  readonly kind: 'map'
  readonly at: Place
  readonly entries: ReadonlyMap<string, Entry>
}
export interface Entry {
  /** Of the key. */
  readonly at: Place
  readonly tree: Tree
}
export interface ListTree {
  readonly kind: 'list'
  readonly at: Place
  readonly items: readonly Tree[]
}
export interface ScalarTree {
  readonly kind: 'scalar'
  readonly at: Place
  readonly value: string | number | boolean | null
  /** As it is written, without quotes: `0123` is 123 as a number. */
  readonly text: string
}

/** Deeper than any setting, and shallow enough for every walk that follows. */
const MAX_DEPTH = 64
/** An alias repeats what its anchor holds; repeated repetition grows without bound. */
const MAX_ALIASED = 10_000
const IN_BRACES = `Between { and } a variable needs quotes: "$\{NAME}"`
/** What the parser says in words of its own, for people who have never heard them. */
const words: readonly (readonly [said: RegExp, meant: string])[] = [
  [
    /^Nested mappings are not allowed in compact/,
    'This is a value and the beginning of a map at once: keys of one map begin in the same column, and text with ": " in it needs quotes',
  ],
  [/^All mapping items must start/, 'Keys of one map must begin in the same column'],
  [
    /^Implicit keys need to be on a single line|^Implicit map keys need/,
    'A colon is missing: expected "key: value"',
  ],
  [/^Missing closing .quote/, 'The quote that ends this text is missing'],
]
const inWords = (said: string): string => words.find(([pattern]) => pattern.test(said))?.[1] ?? said
const RESERVED = ['__proto__', 'constructor', 'prototype']

/**
 * Reads YAML 1.2, or the JSON that is part of it: plain values, lists and maps with distinct keys.
 *
 * @throws ConfigError with a line `NAME:LINE:COLUMN: …` for the first mistake.
 */
export function parseTree(text: string, name: string): Tree {
  const fail = ({ line, column }: Place, what: string): never => {
    throw new ConfigError(`${name}:${line}:${column}: ${what}`)
  }
  const hazard = findHazard(text)
  if (hazard !== undefined) fail(hazard.at, hazard.what)
  const lines = new LineCounter()
  // Distinct keys are checked below: the library compares each key with each other one.
  const options = { schema: 'core', uniqueKeys: false, prettyErrors: false, logLevel: 'silent' } as const
  const document = parseDocument(text, { ...options, lineCounter: lines })
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line, column: Math.max(1, col) }
  }
  // Only the first: the others follow from it.
  const [error] = document.errors
  if (error !== undefined) {
    const isReference = text.slice(error.pos[0] - 1, error.pos[0] + 1) === '${'
    fail(placeOf(error.pos[0]), isReference ? IN_BRACES : inWords(error.message.split('\n')[0]!))
  }
  return convert(document, { placeOf, fail })
}

interface Converting {
  readonly placeOf: (offset: number) => Place
  readonly fail: Fail
}
type Fail = (at: Place, what: string) => never

type Node = NonNullable<Document['contents']>

function convert(document: Document, { placeOf, fail }: Converting): Tree {
  const anchors = new Map<string, Node>()
  let aliased = 0
  const startOf = (node: Node): Place => placeOf(node.range?.[0] ?? 0)

  function walk(node: Node | null, at: Place, depth: number, isAliased: boolean): Tree {
    if (depth > MAX_DEPTH) return fail(at, `Nested deeper than ${MAX_DEPTH} levels`)
    if (isAliased && ++aliased > MAX_ALIASED)
      return fail(at, 'The aliases repeat too much: write it out, or declare less')
    if (node === null) return { kind: 'scalar', at, value: null, text: '' }
    if (isAlias(node)) return follow(node, at, depth)
    if (node.anchor !== undefined) anchors.set(node.anchor, node)
    if (isMap(node)) return { kind: 'map', at, entries: readMap(node, depth, isAliased) }
    if (isSeq(node)) {
      const items = (node.items as (Node | null)[]).map(item =>
        walk(item, item === null ? at : startOf(item), depth + 1, isAliased),
      )
      return { kind: 'list', at, items }
    }
    return readScalar(node, at, fail)
  }

  function follow({ source }: Alias, at: Place, depth: number): Tree {
    const target = anchors.get(source) ?? fail(at, `There is no anchor "&${source}" before this alias`)
    return walk(target, at, depth + 1, true)
  }

  function readMap(node: Extract<Node, { items: unknown[] }>, depth: number, isAliased: boolean) {
    const entries = new Map<string, Entry>()
    for (const { key, value } of node.items as { key: Node | null; value: Node | null }[]) {
      const at = key === null ? startOf(node) : startOf(key)
      const name = readKey(key, at, fail)
      const before = entries.get(name)
      if (before !== undefined)
        fail(at, `"${short(name)}" stands here twice: first in line ${before.at.line}`)
      const place = value?.range == null ? at : startOf(value)
      entries.set(name, { at, tree: walk(value, place, depth + 1, isAliased) })
    }
    return entries
  }

  return walk(document.contents, { line: 1, column: 1 }, 0, false)
}

function readKey(key: Node | null, at: Place, fail: Fail): string {
  if (key === null || !isScalar(key)) return fail(at, 'A key must be plain text')
  const name = key.source ?? String(key.value)
  if (name === '<<') fail(at, 'Merge keys ("<<") are not read: repeat the settings')
  if (RESERVED.includes(name)) fail(at, `"${name}" is reserved: use another key`)
  return name
}

function readScalar(node: Node, at: Place, fail: Fail): Tree {
  if (!isScalar(node)) return fail(at, 'Expected a value, a list or a map')
  const { value, source } = node
  const isPlain = ['string', 'number', 'boolean'].includes(typeof value) || value === null
  if (!isPlain) return fail(at, 'Expected text, a number, true or false')
  return { kind: 'scalar', at, value: value as ScalarTree['value'], text: source ?? String(value ?? '') }
}

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text)
