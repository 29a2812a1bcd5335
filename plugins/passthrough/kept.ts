import { refuse } from '../../src/errors.ts'
import type { Body } from '../../src/request/body.ts'
import type { FileDesk } from '../files/model.ts'

/** The steps of a path as it reads, without the verb that some vendors put behind the last one. */
const stepsOf = (reading: string): readonly string[] =>
  reading
    .toLowerCase()
    .split('/')
    .map(step => step.split(':', 1)[0]!.trim())
    .filter(step => step !== '')

/** What an account keeps for whoever comes, by the names that vendors have for it. */
const KEPT: ReadonlySet<string> = new Set([
  'files',
  'uploads',
  'batches',
  'batch',
  'batchpredictionjobs',
  'batchinferencejobs',
  'model-invocation-job',
  'model-invocation-jobs',
  'cachedcontents',
])
/** The start of a batch, in the words of who has it as a verb of a model. */
const BATCH_VERB = /:(?:batchgeneratecontent|asyncbatchembedcontent)$/i
/** Behind these stands the name of a model, whatever it is. */
const MODELS: ReadonlySet<string> = new Set(['models', 'model', 'tunedmodels', 'deployments', 'engines'])
/** These have lists of files of their own. */
const HOLDERS: ReadonlySet<string> = new Set(['containers', 'vector_stores'])

const FILES = 'Files and batches are kept apart by owner: use /v1/files and /v1/batches'
const ANSWERS = 'Answers, stored chats and conversations are kept apart by owner: use /v1/responses'
/** What a POST may ask for: a new answer, or something about an input that comes along. */
const ASKED: ReadonlySet<string> = new Set(['', 'compact', 'input_tokens'])

/** What stands behind `realtime` where a call makes a key of the account's, or begins a conversation that we cannot see. */
const REALTIME: ReadonlySet<string> = new Set([
  'client_secrets',
  'sessions',
  'transcription_sessions',
  'translations',
  'calls',
])
const SECRETS =
  'What this call begins would pass the gateway by, with its limits and records: open a WebSocket at /v1/realtime'

/**
 * A provider knows one account where we know many callers: what it keeps for all of them must not be read by one.
 *
 * @throws Refusal where a path leads there.
 */
export function checkPath(method: string, reading: string): void {
  const steps = stepsOf(reading)
  if (steps.some((_, i) => isFiles(steps, i)) || BATCH_VERB.test(reading)) refuse('forbidden', FILES)
  if (steps.some((_, i) => isAnswers(steps, i, method))) refuse('forbidden', ANSWERS)
  if (steps.some((step, i) => step === 'realtime' && REALTIME.has(steps[i + 1] ?? '')))
    refuse('forbidden', SECRETS)
}

/** A new answer that begins with what was said before reads it, whoever said it. */
export function checkBody(reading: string, { json, text }: Body, desk: Pick<FileDesk, 'referenceIn'>): void {
  if (!stepsOf(reading).includes('responses')) return
  const field = desk.referenceIn({ json, text: () => text })
  if (field !== undefined) refuse('forbidden', `"${field}": ${ANSWERS}`, { param: field })
}

type Steps = readonly string[]

const isFiles = (steps: Steps, i: number): boolean =>
  KEPT.has(steps[i]!) && !MODELS.has(steps[i - 1] ?? '') && !HOLDERS.has(steps[i - 2] ?? '')

/** To ask for a new answer, or a new chat, is a POST to the list of them; all else reads or changes what is there. */
function isAnswers(steps: Steps, i: number, method: string): boolean {
  const rest = steps.slice(i + 1)
  if (steps[i] === 'conversations') return true
  if (steps[i] === 'responses') return !(method === 'POST' && rest.length < 2 && ASKED.has(rest[0] ?? ''))
  if (steps[i] === 'completions' && steps[i - 1] === 'chat') return method !== 'POST' || rest.length > 0
  return false
}
