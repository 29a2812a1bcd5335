import type { Settled } from '../../../src/exchange.ts'

/** What a call is sorted by, beside who made it. */
export type Labels = Readonly<Record<string, string>>

/** So many of a call's own labels are kept, so long (characters). */
const MOST = 16
const LENGTH = 64
/** `team:search` or `team=search` names a label and its value. */
const PAIR = /^([\w.-]{1,64})[:=](.+)$/

/**
 * Labels of a call: those of the key, which nobody can change by calling; then what the operator's chosen headers say;
 * then the tags in the body (`metadata.tags`, a list of words or of `name:value`, or one text with commas). Words without
 * a name stand together in the label `tags`.
 */
export function createLabels(headers: readonly string[]): (x: Settled) => Labels | null {
  return ({ caller, request, body }) => {
    const tags = (body?.json.metadata as { readonly tags?: unknown } | null | undefined)?.tags
    const own = caller?.labels
    if (tags === undefined && headers.length === 0) return own === undefined || isEmpty(own) ? null : own
    const labels: Record<string, string> = Object.create(null)
    for (const [name, value] of tags === undefined ? [] : fromTags(tags)) labels[name] = value
    for (const name of headers) {
      const value = request.headers.get(name)?.trim()
      if (value) labels[name] = value.slice(0, LENGTH)
    }
    Object.assign(labels, own)
    return isEmpty(labels) ? null : labels
  }
}

function fromTags(tags: unknown): Map<string, string> {
  const words = (typeof tags === 'string' ? tags.split(',') : Array.isArray(tags) ? (tags as unknown[]) : [])
    .filter(word => typeof word === 'string')
    .map(word => word.trim().slice(0, LENGTH))
    .filter(word => word !== '')
    .slice(0, MOST)
  const labels = new Map<string, string>()
  const plain: string[] = []
  for (const word of words) {
    const [, name, value] = PAIR.exec(word) ?? []
    if (name === undefined || value === undefined) plain.push(word)
    else labels.set(name, value.trim())
  }
  if (plain.length > 0) labels.set('tags', plain.sort().join(','))
  return labels
}

function isEmpty(labels: object): boolean {
  for (const _ in labels) return false
  return true
}
