import type { House, Reply } from './kit.ts'

/** What a provider keeps: files and batches of one account, in the shapes of OpenAI and Anthropic. */
export interface Vault {
  readonly files: Map<string, { readonly object: Record<string, unknown>; readonly text: string }>
  readonly batches: Map<string, Record<string, unknown>>
  /** Of batches of messages: what their results say, and how often somebody has fetched them. */
  readonly results: Map<string, { readonly text: string; fetched: number }>
}

/** Ids are never given twice. */
let count = 0

export function openVault(house: House): Vault {
  const vault: Vault = { files: new Map(), batches: new Map(), results: new Map() }
  const missing = (id: string) =>
    Response.json(
      { error: { message: `No such object: ${id}`, type: 'invalid_request_error' } },
      { status: 404 },
    )

  const reply: Reply = async request => {
    const { pathname, origin } = new URL(request.url)
    const isAnthropic = request.headers.has('anthropic-version')
    const [, , collection, ...rest] = pathname.replace('/messages/batches', '/message_batches').split('/')
    const [id = '', verb] = rest
    if (collection === 'chat') return Response.json({ choices: [] })
    if (collection === 'files' && id === '') {
      const form = await request.formData()
      const file = form.get('file') as File
      const name = `file-${++count}`
      const object = {
        id: name,
        ...(isAnthropic
          ? {
              type: 'file',
              size_bytes: file.size,
              mime_type: 'text/plain',
              created_at: '2026-01-01T00:00:00Z',
              downloadable: true,
            }
          : {
              object: 'file',
              bytes: file.size,
              created_at: 1,
              purpose: form.get('purpose'),
              status: 'processed',
            }),
        filename: file.name,
        fields: [...form.keys()],
      }
      vault.files.set(name, { object, text: await file.text() })
      return Response.json(object)
    }
    if (collection === 'files') {
      const kept = vault.files.get(id)
      if (kept === undefined) return missing(id)
      if (verb === 'content')
        return new Response(kept.text, { headers: { 'content-type': 'application/octet-stream' } })
      if (request.method !== 'DELETE') return Response.json(kept.object)
      vault.files.delete(id)
      return Response.json(isAnthropic ? { id, type: 'file_deleted' } : { id, object: 'file', deleted: true })
    }
    if (id === '' && request.method === 'GET') return Response.json({ data: [...vault.batches.values()] })
    if (id === '') {
      const name = `${isAnthropic ? 'msgbatch' : 'batch'}_${++count}`
      const json = (await request.json()) as Record<string, unknown>
      const batch = isAnthropic
        ? {
            id: name,
            type: 'message_batch',
            processing_status: 'in_progress',
            results_url: null,
            requests: json.requests,
          }
        : { id: name, object: 'batch', status: 'validating', ...json }
      vault.batches.set(name, batch)
      return Response.json(batch)
    }
    const batch = vault.batches.get(id)
    if (batch === undefined) return missing(id)
    if (verb === 'results') {
      const kept = vault.results.get(id)
      if (kept !== undefined) kept.fetched++
      return new Response(kept?.text ?? '{"custom_id":"a","result":{"type":"canceled"}}\n', {
        headers: { 'content-type': 'application/x-jsonl' },
      })
    }
    if (verb === 'cancel')
      Object.assign(batch, isAnthropic ? { processing_status: 'canceling' } : { status: 'cancelling' })
    if (batch.processing_status === 'ended') batch.results_url = `${origin}/v1/messages/batches/${id}/results`
    if (request.method !== 'DELETE') return Response.json(batch)
    vault.batches.delete(id)
    return Response.json({ id, type: 'message_batch_deleted' })
  }
  house.answer(reply)
  return vault
}
