import { refuse } from '../../src/errors.ts'
import type { ShownModel } from './model.ts'

/** The model that the address names behind `before`; its name may hold slashes, encoded or not. */
export function modelAt(models: readonly ShownModel[], { url }: Request, before: string): ShownModel {
  const { pathname } = new URL(url)
  const id = decoded(pathname.slice(pathname.indexOf(before) + before.length))
  const message = `Model "${id}" does not exist: GET /v1/models lists the models you may use`
  return models.find(model => model.id === id) ?? refuse('model_not_found', message, { param: 'model' })
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id)
  } catch {
    return refuse('invalid_request', 'The model id in the address is not correctly percent-encoded', {
      param: 'model',
    })
  }
}
