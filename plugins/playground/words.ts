import { count, money, number } from '../../views/format.ts'
import { spell } from '../../views/name.tsx'
import type { Receipt } from '../usage/model.ts'
import type { Seen } from './curl.ts'
import type { Texts } from './lines.ts'
import type { Question } from './question.ts'
import { verdictOf } from './read.ts'

/** Whom the gateway takes for the caller. */
export function callerText({ caller, key, userPath }: Question, { isOpen }: Seen): string {
  const who = key !== '' ? `Key “${spell(caller.name)}”` : isOpen ? 'Anybody: no key is set' : caller.name
  return userPath === '/' ? who : `${who}, for ${spell(userPath)}`
}

/** What an answer says of itself before it begins. */
export function headTexts({ status, headers }: Response): Texts {
  const provider = headers.get('x-modelway-provider')
  const attempts = Number(headers.get('x-modelway-attempts') ?? 0)
  return {
    state: status < 400 ? 'Arriving' : `${verdictOf(status)}: ${status}`,
    kind: `${status} ${(headers.get('content-type') ?? '').split(';')[0]}`.trim(),
    ...(provider !== null && {
      served: spell(`${decoded(provider)}/${decoded(headers.get('x-modelway-model') ?? '')}`),
    }),
    ...(attempts > 0 && { attempts: count(attempts, 'attempt') }),
    warning: headers.get('x-modelway-warning') ?? '',
  }
}

/** Names that no header could hold are encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What was written down of it. */
export function receiptTexts(receipt: Receipt | undefined): Texts {
  if (receipt === undefined) return { tokens: 'not written down yet', cost: 'not written down yet' }
  const { provider, model, input, output, billing, costNano, finish } = receipt
  const isKnown = input !== null || output !== null
  const how =
    billing === 'exact' || !isKnown ? '' : billing === 'partial' ? ', in part estimated' : ', estimated'
  return {
    ...(provider !== null && { served: spell(`${provider}/${model ?? ''}`) }),
    tokens: isKnown ? `${numberOr(input)} in, ${numberOr(output)} out${how}` : 'not known',
    cost: money(costNano),
    finish: finish ?? '',
  }
}

const numberOr = (value: number | null): string => (value === null ? '?' : number(value))
