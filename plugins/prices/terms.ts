import { entryOf } from '../../src/request/border.ts'
import type { PriceQuery } from './model.ts'

/** The usual price, in the hundredths that factors are told in. */
export const USUAL = 100n

/** How much is asked by a model, in hundredths of its usual price; undefined where nobody says it in public. */
type Factor = (model: string) => bigint | undefined

const byModel =
  (table: Readonly<Record<string, bigint>>): Factor =>
  model =>
    entryOf(table, model.replace(DATE, ''))
/** The day of a version: `gpt-5-2025-08-07`, `claude-opus-5-20260724`. */
const DATE = /-(?:\d{4}-\d{2}-\d{2}|\d{8})$/

/**
 * What is asked for tokens of every kind, cached or not, under the terms that an answer names, by the type of the
 * provider. Only what the vendor itself says in public, of models by their exact name:
 * - anthropic, `us`: platform.claude.com/docs/en/manage-claude/data-residency. Models before Opus 4.6 refuse it
 * - anthropic, `fast`: platform.claude.com/docs/en/build-with-claude/fast-mode; it stacks with `us`
 * - openai, `priority`: openai.com/api-priority-processing, without long prompts
 * What Anthropic asks for `priority` is in a contract (platform.claude.com/docs/en/api/service-tiers).
 */
const factors: Readonly<Record<string, Readonly<Record<string, Factor>>>> = {
  anthropic: {
    us: () => 110n,
    fast: byModel({ 'claude-opus-5': 200n, 'claude-opus-4-8': 200n }),
  },
  openai: {
    priority: byModel({
      'gpt-5.5': 250n,
      'gpt-5.4': 200n,
      'gpt-5.4-mini': 200n,
      'gpt-5.2': 200n,
      'gpt-5.1': 200n,
      'gpt-5.1-codex': 200n,
      'gpt-5': 200n,
      'gpt-5-codex': 200n,
      'gpt-5-mini': 180n,
      'gpt-4.1': 175n,
    }),
  },
}

/** Terms that have the price of batches. */
const halved: ReadonlySet<string> = new Set(['flex', 'batch'])

const words = (terms: string): readonly string[] => terms.split(' ')

/** Whether the terms of an answer have the price of batches. */
export const isHalved = (terms: string | undefined): boolean =>
  terms !== undefined && words(terms).some(word => halved.has(word))

/** Hundredths of the usual price; undefined where more is asked, and how much is not known. */
export function factorOf({ usage: { terms }, providerType, model }: PriceQuery): bigint | undefined {
  if (terms === undefined) return USUAL
  const own = entryOf(factors, providerType) ?? {}
  return words(terms).reduce<bigint | undefined>((product, word) => {
    const factor = halved.has(word) ? USUAL : entryOf(own, word)?.(model)
    return product === undefined || factor === undefined ? undefined : (product * factor) / USUAL
  }, USUAL)
}
