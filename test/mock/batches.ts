import type { Desk } from './desk.ts'

/** Batches that are taken, and never done. */
export function batches(): Desk {
  const taken = new Map<string, Readonly<Record<string, unknown>>>()
  return ({ method, path, json }) => {
    const [, , id, action] = path.split('/')
    const say = (value: unknown) => (value === undefined ? undefined : { body: JSON.stringify(value) })
    if (id === undefined && method === 'POST') {
      const batch = {
        id: `batch_${taken.size + 1}`,
        object: 'batch',
        endpoint: json.endpoint,
        input_file_id: json.input_file_id,
        completion_window: json.completion_window,
        status: 'validating',
        created_at: 1_732_320_000,
        metadata: json.metadata ?? null,
      }
      taken.set(batch.id, batch)
      return say(batch)
    }
    if (id === undefined) return say({ object: 'list', data: [...taken.values()], has_more: false })
    const batch = taken.get(id)
    if (batch === undefined || action === undefined) return say(batch)
    const cancelled = { ...batch, status: 'cancelling', cancelling_at: 1_732_320_001 }
    taken.set(id, cancelled)
    return say(cancelled)
  }
}
