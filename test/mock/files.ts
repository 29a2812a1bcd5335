import type { Desk } from './desk.ts'

interface Stored {
  readonly about: Readonly<Record<string, unknown>>
  readonly bytes: Buffer
}

/** Files that were sent, until the mock provider forgets them. */
export function files(): Desk {
  const stored = new Map<string, Stored>()
  let count = 0
  const list = () => [...stored.values()].map(({ about }) => about)

  async function store(form: FormData | undefined): Promise<Stored['about'] | undefined> {
    const file = form?.get('file')
    if (!(file instanceof Blob)) return undefined
    const id = `file-${++count}`
    const about = {
      id,
      object: 'file',
      bytes: file.size,
      created_at: 1_732_320_000,
      filename: (file as File).name,
      purpose: form?.get('purpose') ?? 'user_data',
      status: 'processed',
    }
    stored.set(id, { about, bytes: Buffer.from(await file.arrayBuffer()) })
    return about
  }

  return async ({ method, path, form }) => {
    const [, , id, content] = path.split('/')
    const json = (value: unknown) => (value === undefined ? undefined : { body: JSON.stringify(value) })
    if (id === undefined) {
      if (method === 'POST') return json(await store(form))
      const data = list()
      return json({ object: 'list', data, has_more: false, first_id: data[0]?.id, last_id: data.at(-1)?.id })
    }
    const file = stored.get(id)
    if (file === undefined) return undefined
    if (method === 'DELETE') return json({ id, object: 'file', deleted: stored.delete(id) })
    if (content === 'content') return { body: file.bytes, contentType: 'application/octet-stream' }
    return json(file.about)
  }
}
