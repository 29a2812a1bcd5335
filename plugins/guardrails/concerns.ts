import type { Concern, Watch } from '../concerns/model.ts'
import type { Guardrail } from './model.ts'
import { instead } from './sentence.ts'

/** Guardrails that are on, and cannot be read any more. */
export const createGuardrailWatch = (list: () => readonly Guardrail[]): Watch => ({
  kind: 'guardrail',
  many: 'guardrails that cannot be read',
  act: 'Guardrails',
  place: '/guardrails',
  look: () =>
    list()
      .filter(({ enabled, fault }) => enabled && fault !== undefined)
      .map(
        ({ name, action }): Concern => ({
          about: name,
          tone: action === 'report' ? 'amber' : 'bad',
          words: ['The guardrail ', { name }, ` cannot be read any more: ${instead[action]}.`],
          act: 'Mend it',
          place: `/guardrails?${new URLSearchParams({ edit: name })}`,
        }),
      ),
})
