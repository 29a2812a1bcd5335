import type { GenericSchema } from 'valibot'
import type { Input } from '../contract/inventory.ts'
import { notesOf, shapeOf } from './shape.ts'

/** The fields of schemas that are looked at. */
interface Seen {
  readonly type: string
  readonly wrapped?: Seen
  readonly pipe?: readonly Seen[]
  readonly options?: readonly unknown[]
  /** Of a check: what it compares with. */
  readonly requirement?: unknown
}

/** How values of this schema are typed into a form; undefined where no single field can say them. */
export function inputOf(schema: GenericSchema): Input | undefined {
  const { unit } = notesOf(schema)
  if (unit !== undefined) return { kind: unit }
  const parts = partsOf(schema as unknown as Seen)
  const choice = parts.find(({ type }) => type === 'picklist')
  if (choice !== undefined) return { kind: 'choice', options: choice.options!.map(String) }
  const shape = shapeOf(schema, 'list')
  if (shape.kind === 'array') return shapeOf(shape.item).kind === 'leaf' ? { kind: 'list' } : undefined
  if (shape.kind !== 'leaf') return undefined
  if (shape.accepts.has('boolean')) return { kind: 'switch' }
  if (shape.accepts.has('number')) return { kind: 'number', ...limitsOf(parts) }
  return shape.accepts.has('string') ? { kind: 'text' } : undefined
}

/** A schema with its checks, wherever they stand around it. */
function partsOf(seen: Seen): readonly Seen[] {
  const { pipe, wrapped } = seen
  if (pipe !== undefined) return pipe.flatMap(partsOf)
  return wrapped === undefined ? [seen] : partsOf(wrapped)
}

function limitsOf(parts: readonly Seen[]): { readonly min?: number; readonly max?: number } {
  const limit = (type: string) => parts.find(part => part.type === type)?.requirement
  const [min, max] = [limit('min_value'), limit('max_value')]
  return { ...(typeof min === 'number' && { min }), ...(typeof max === 'number' && { max }) }
}
