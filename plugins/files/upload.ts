import type { Bytes } from '../../src/base/bytes.ts'
import type { Aim, PassageCall } from '../../src/contract/passage.ts'
import type { Provider } from '../../src/contract/provider.ts'
import { refuse } from '../../src/errors.ts'
import { readCapped } from '../../src/request/body.ts'
import { passLines } from './lines.ts'
import type { Gate, NamedModel } from './model.ts'

/** What is sent to which provider, and what was found inside. */
export interface Upload {
  readonly provider: Provider
  readonly models: readonly NamedModel[] | null
  readonly to: Pick<Aim, 'provider' | 'model' | 'via' | 'asked'>
  readonly sent: Pick<Aim, 'body' | 'headers'>
}

export interface UploadOptions {
  /** The provider that header or query name, or that the form names. */
  readonly named: (form: readonly string[]) => string | undefined
  readonly choose: (named: string | undefined) => Provider
  readonly gate: (named: string | undefined) => Gate
}

const FORM = /^multipart\/form-data\b/i

/** As it arrives: nobody has to know what is in it. */
export function passUpload({ request }: PassageCall, provider: Provider): Upload {
  const { body, headers } = request
  checkType(headers)
  if (body === null) refuse('invalid_request', 'The form is empty')
  return { provider, models: null, to: wholly(provider), sent: send(body, headers.get('content-length')) }
}

/**
 * A form is looked into, because it may name the provider, and because files for batches name models. What need not
 * change goes on as the bytes that it was; it is sent once, because a second try would make a second file.
 */
export async function readUpload(call: PassageCall, options: UploadOptions): Promise<Upload> {
  const { request, uploadLimit } = call
  const type = checkType(request.headers)
  const bytes = await readCapped(request, uploadLimit)
  const form = await new Response(bytes, { headers: { 'content-type': type } })
    .formData()
    .catch(cause => refuse('invalid_request', 'The body is not a complete multipart form', { cause }))
  const named = options.named(form.getAll('provider').filter(value => typeof value === 'string'))
  const isBatch = form.getAll('purpose').includes('batch')
  const gate = options.gate(named)
  const lines = isBatch ? await passFile(form, gate) : undefined
  const provider = lines === undefined ? options.choose(named) : gate.provider()
  const models = lines === undefined ? null : gate.models()
  const to = lines === undefined ? wholly(provider) : gate.aim()
  const isSame = !form.has('provider') && (lines === undefined || lines.length === 1)
  if (isSame) return { provider, models, to, sent: send(new Blob([bytes]).stream(), String(bytes.length)) }
  const rewritten = new Response(withLines(form, lines))
  const contentType = rewritten.headers.get('content-type')!
  return { provider, models, to, sent: { body: rewritten.body!, headers: { 'content-type': contentType } } }
}

/** No model is named: the provider as a whole must be open. */
const wholly = ({ name }: Provider): Upload['to'] => ({ provider: name, model: '' })

function checkType(headers: Headers): string {
  const type = headers.get('content-type') ?? ''
  if (!FORM.test(type))
    refuse(
      'invalid_request',
      `Send a form: "content-type: multipart/form-data" (it is "${type.slice(0, 80)}")`,
    )
  return type
}

const send = (body: ReadableStream, length: string | null): Upload['sent'] => ({
  body,
  ...(length !== null && { headers: { 'content-length': length } }),
})

async function passFile(form: FormData, gate: Gate): Promise<readonly Bytes[]> {
  const [file, ...others] = form.getAll('file') as unknown[]
  if (!(file instanceof Blob) || others.length > 0)
    refuse('invalid_request', 'Field "file" must hold one file', { param: 'file' })
  return passLines(new Uint8Array(await file.arrayBuffer()), gate)
}

/** The same form without what is for the gateway, and with the file that was made of the old one. */
function withLines(form: FormData, lines: readonly Bytes[] | undefined): FormData {
  const out = new FormData()
  for (const [field, value] of form as unknown as Iterable<[string, string | File]>) {
    if (field === 'provider') continue
    if (typeof value === 'string') out.append(field, value)
    else if (field === 'file' && lines !== undefined)
      out.append(field, new Blob([...lines], { type: value.type }), value.name)
    else out.append(field, value, value.name)
  }
  return out
}
