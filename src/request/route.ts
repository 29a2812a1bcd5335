import { refuse } from '../errors.ts'
import type { JsonObject, Route, UserPath } from '../types.ts'

/** The name that the client asks for, trimmed. */
export function readModel(body: JsonObject): string {
  const { model } = body
  if (typeof model !== 'string') {
    refuse(
      'invalid_request',
      `Field "model" must be a string${model === undefined ? ', it is missing' : ''}`,
      { param: 'model' },
    )
  }
  const name = model.trim()
  if (name === '') refuse('invalid_request', 'Field "model" is empty: name a model', { param: 'model' })
  return name
}

/** No target is left: says why, in words that give away nothing about hidden models. */
export function refuseUnrouted({ asked, dropped: all }: Route, userPath: UserPath): never {
  const dropped = all.filter(({ isForOthers }) => isForOthers !== true)
  const name = asked.length > 200 ? `${asked.slice(0, 200)}…` : asked
  const codes = new Set(dropped.map(({ code }) => code))
  if (codes.has('model_unavailable'))
    refuse('model_unavailable', `Model "${name}" is not available at the moment`, { param: 'model' })
  if (codes.has('model_access_denied')) {
    refuse(
      'model_access_denied',
      `Model "${name}" is not open to you: your key, or user path "${userPath}", does not include it`,
      {
        param: 'model',
      },
    )
  }
  if (dropped.length > 0 && dropped.every(({ isOpen }) => isOpen)) {
    const message = `Model "${name}" leads nowhere at the moment: what stands behind it is switched off or gone`
    refuse('model_not_found', message, { param: 'model' })
  }
  return refuse(
    'model_not_found',
    `Model "${name}" does not exist: GET /v1/models lists the models you may use`,
    { param: 'model' },
  )
}
