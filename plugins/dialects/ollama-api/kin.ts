import type { Thinking } from '../../../src/contract/thinking.ts'
import type { Destination } from '../../../src/contract/translation.ts'
import type { JsonObject } from '../../../src/types.ts'

/** What a destination's package can take of this language: the one table of differences. */
export interface Kin extends Row {
  /** The key that its options are written under. */
  readonly key: string
  /** How the model thinks, where its provider knows. */
  readonly thinking?: Thinking | undefined
}

interface Row {
  /** System messages may stand between others. */
  readonly hasLateSystem: boolean
  /** It has a mode in which every answer is JSON, with or without a schema. */
  readonly hasJsonMode: boolean
  /** What the model thought may be given back without a proof that it was its own. */
  readonly takesThoughts: boolean
  /** Its package asks for answers that follow a schema strictly, which most schemas of this language are not written for. */
  readonly isStrict: boolean
  /** Options with which it shows what the model thinks, which it keeps to itself otherwise. */
  readonly shown?: JsonObject
  /** It thinks only when it is asked to. */
  readonly thinksWhenAsked?: true
}

const usual: Row = { hasLateSystem: true, hasJsonMode: true, takesThoughts: false, isStrict: false }
const claude: Row = { ...usual, hasLateSystem: false, hasJsonMode: false, thinksWhenAsked: true }
const google: Row = { ...usual, hasLateSystem: false, shown: { thinkingConfig: { includeThoughts: true } } }

const rows: Readonly<Record<string, Row>> = {
  anthropic: claude,
  bedrock: claude,
  amazonBedrock: claude,
  google,
  vertex: google,
  googleVertex: google,
  compatible: { ...usual, takesThoughts: true, isStrict: true },
  mistral: { ...usual, takesThoughts: true, isStrict: true },
  openai: { ...usual, isStrict: true },
}

export function kinOf({ options, thinking, refusesLateSystem }: Destination): Kin {
  const row = Object.hasOwn(rows, options) ? rows[options]! : usual
  return { ...row, key: options, thinking, ...(refusesLateSystem && { hasLateSystem: false }) }
}

/** What a body is read with. */
export interface Reading {
  readonly kin: Kin
  /** Something is left out: a line for the caller, the field's name first. */
  readonly warn: (line: string) => void
}
