import type { Case } from '../case.ts'
import { chatCases } from './chat.ts'
import { errorCases, faultCases } from './faults.ts'
import { messagesCases } from './messages.ts'
import { otherCases } from './others.ts'
import { responsesCases } from './responses.ts'

export const allCases: readonly Case[] = [
  ...chatCases,
  ...messagesCases,
  ...responsesCases,
  ...otherCases,
  ...errorCases,
  ...faultCases,
]

/** Those that a model answers, and every language can say. */
export const conversations: readonly Case[] = [...chatCases, ...messagesCases, ...responsesCases]
