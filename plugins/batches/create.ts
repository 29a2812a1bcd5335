import type { Aim, PassageCall } from '../../src/contract/passage.ts'
import { refuse } from '../../src/errors.ts'
import { readBody, splice } from '../../src/request/body.ts'
import type { Answer } from '../../src/types.ts'
import type { FileDesk, Language, NamedModel, Thing } from '../files/model.ts'
import { places } from './fresh.ts'
import { passRequests } from './inline.ts'
import { once } from './shapes.ts'

/** Starts a batch whose models have been checked. */
export type Begin = (
  call: PassageCall,
  language: Language,
  models: readonly NamedModel[],
  aim: Aim,
) => Promise<Answer>

/** The two ways to start a batch. */
export function creating(desk: FileDesk, begin: Begin) {
  const { book } = desk

  /** OpenAI's: the requests stand in a file, which was looked into when it came. */
  async function createFromFile(call: PassageCall): Promise<Answer> {
    const { request, x, bodyLimit } = call
    const body = await readBody(request, bodyLimit)
    const { input_file_id: id } = body.json
    const unknown = () => refuse('not_found', NO_FILE, { param: 'input_file_id' })
    if (typeof id !== 'string') return unknown()
    const file =
      (await book.find({ kind: 'file', language: 'openai', userPath: x.userPath, id })) ?? unknown()
    if (file.models === null)
      refuse('invalid_request', 'The file was not made for batches: upload it with "purpose": "batch"', {
        param: 'input_file_id',
      })
    const named = desk.namedBy(request) ?? file.provider
    if (named !== file.provider)
      refuse('invalid_request', `The file is at provider "${file.provider}"`, { param: 'provider' })
    const to = await checkAgain(call, file)
    const text = splice(body.text, [{ field: 'input_file_id', value: id }])
    return begin(call, 'openai', file.models, {
      ...to,
      path: places.openai.path,
      ...once(text),
    })
  }

  /** Access may have changed since the file came, and so may redirects. */
  async function checkAgain({ x }: PassageCall, { provider, models }: Thing) {
    const gate = desk.gate(x, provider)
    for (const { asked, model, where } of models ?? []) {
      await gate.take(asked, where)
      if (gate.modelOf(asked) !== model)
        refuse(
          'invalid_request',
          `${where}: model "${asked}" leads elsewhere by now: upload the file again`,
          {
            param: 'input_file_id',
          },
        )
    }
    return gate.aim()
  }

  /** Anthropic's: the requests stand in the body. */
  async function createInline(call: PassageCall): Promise<Answer> {
    const { request, x, bodyLimit } = call
    const named = desk.namedBy(request)
    const gate = desk.gate(x, named)
    const body = await passRequests(await readBody(request, bodyLimit), gate, desk.placeOf)
    const provider = gate.provider()
    if (desk.languageOf(provider) !== 'anthropic')
      refuse('invalid_request', `Provider "${provider.name}" takes no batches of this language`, {
        param: 'model',
      })
    return begin(call, 'anthropic', gate.models(), {
      ...gate.aim(),
      path: places.anthropic.path,
      ...once(body.text),
    })
  }

  return { createFromFile, createInline }
}

const NO_FILE = 'There is no file of this id: upload it at /v1/files, with "purpose": "batch"'
