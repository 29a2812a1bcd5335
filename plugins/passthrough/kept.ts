import { refuse } from '../../src/errors.ts'

/** The steps of a path as it reads, without the verb that some vendors put behind the last one. */
export const stepsOf = (reading: string): readonly string[] =>
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

/** Files and batches, and what is like them: a provider knows one account where we know many callers. */
export function checkFiles(reading: string): void {
  const steps = stepsOf(reading)
  const isKept = (step: string, i: number) =>
    KEPT.has(step) && !MODELS.has(steps[i - 1] ?? '') && !HOLDERS.has(steps[i - 2] ?? '')
  if (steps.some(isKept) || BATCH_VERB.test(reading))
    refuse('forbidden', 'Files and batches are kept apart by owner: use /v1/files and /v1/batches')
}
