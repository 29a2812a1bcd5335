import type { SharedV4Warning } from '@ai-sdk/provider'
import type { Warn } from '../contract/provider.ts'
import { refuse } from '../errors.ts'
import type { Exchange } from '../exchange.ts'

/** Nobody reads more, and a body may hold hundred thousands of fields that nobody knows. */
export const MOST_WARNINGS = 200

/** Each line once; those that are too many are not told. */
export function add(warnings: string[], line: string): void {
  if (warnings.length < MOST_WARNINGS && !warnings.includes(line)) warnings.push(line)
}

/** Tells the caller what is left out; where that is not wanted, the call is refused for it. */
export const createWarn =
  (strict: boolean) =>
  (x: Exchange): Warn =>
  line => {
    if (strict) refuse('unsupported_parameter', `${line} (STRICT_PARAMETERS is on)`, paramOf(line))
    add(x.warnings, line)
  }

/** Warnings begin with the field that they are about. */
function paramOf(line: string): { readonly param?: string } {
  const { quoted, plain } =
    /^(?:"(?<quoted>[\w.[\]]+)" |(?<plain>[a-z][\w.[\]]*)(?:: | is not supported | was adapted))/.exec(line)
      ?.groups ?? {}
  const param = quoted ?? plain
  return param === undefined ? {} : { param }
}

/** Packages say `topP` where every client says `top_p`. */
const fieldOf = (setting: string): string =>
  /^[a-z]+[a-zA-Z]*$/.test(setting)
    ? setting.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
    : setting

/** A warning of a package, in words for a caller. */
export function say(warning: SharedV4Warning): string {
  if (warning.type === 'other') return warning.message
  if (warning.type === 'deprecated') return `${fieldOf(warning.setting)}: ${warning.message}`
  const what =
    warning.type === 'unsupported' ? 'is not supported by this model and was left out' : 'was adapted'
  return `${fieldOf(warning.feature)} ${what}${warning.details === undefined ? '' : ` (${warning.details})`}`
}
