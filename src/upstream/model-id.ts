import { refuse } from '../errors.ts'

/**
 * An id on its way into an address. With a dot segment, a query or a fragment it would make the call another one, with
 * the operator's credentials.
 *
 * @throws Refusal of an id that no model has.
 */
export function checkId(id: string): void {
  if (isSafe(id)) return
  refuse('model_not_found', 'The model does not exist: its name holds characters that no name has', {
    param: 'model',
  })
}

const isSafe = (id: string): boolean =>
  /^[\w.:@+~=,-]+(?:\/[\w.:@+~=,-]+)*$/.test(id) && !/(?:^|\/)\.\.?(?:\/|$)/.test(id)
