import * as v from 'valibot'
import { flag, says, whole } from '../../src/contract/settings.ts'
import type { Said } from './model.ts'

const MAX_ID = 80
const MAX_NAME = 64
const MAX_COMMENT = 2000
/** Items of one list. */
const MOST = 1000

const id = v.pipe(
  v.string(),
  v.trim(),
  v.nonEmpty('expected the x-request-id of an answer'),
  v.maxLength(MAX_ID, `expected at most ${MAX_ID} characters`),
)

const name = v.pipe(
  v.string(),
  v.trim(),
  v.nonEmpty('expected a name such as "thumbs"'),
  v.maxLength(MAX_NAME, `expected at most ${MAX_NAME} characters`),
  v.regex(/^\P{C}+$/u, 'expected visible characters'),
)

const SCORE = 'expected a number from 0 to 1'

/** What operators say by a button of the dashboard has this name. */
const OPERATOR = 'operator'
const NAME = 'What was looked at: `thumbs`, `helpful`'

const entries = {
  request_id: v.pipe(id, v.description('The `x-request-id` of the answer')),
  score: v.pipe(
    v.number(SCORE),
    v.minValue(0, SCORE),
    v.maxValue(1, SCORE),
    v.description('From 0, the worst, to 1: of thumbs, 0 is down and 1 is up'),
  ),
  name: v.pipe(v.optional(name, 'score'), v.description(NAME)),
  comment: v.pipe(
    v.optional(
      v.nullable(
        v.pipe(v.string(), v.trim(), v.maxLength(MAX_COMMENT, `expected at most ${MAX_COMMENT} characters`)),
      ),
    ),
    v.description('In words. Operators read it; what looks like a credential is replaced'),
  ),
}

const callersName = v.pipe(
  name,
  v.check(
    name => name.toLowerCase() !== OPERATOR,
    `expected another name: "${OPERATOR}" is what operators say on the dashboard`,
  ),
)

/** What a caller says. */
export const callerInput = v.strictObject({
  ...entries,
  name: v.pipe(v.optional(callersName, 'score'), v.description(NAME)),
})

const operatorInput = v.strictObject({
  ...entries,
  mirror: v.pipe(
    v.optional(v.boolean(), false),
    v.description('It is about the copy of the call that went to a mirror'),
  ),
})

/** What operators say, a judge of theirs, say. */
export const operatorInputs = v.strictObject({
  data: v.pipe(
    v.array(operatorInput),
    v.minLength(1, 'expected at least one item'),
    v.maxLength(MOST, `expected at most ${MOST} items`),
    v.description(`Up to ${MOST}`),
  ),
})

export const toSaid = (
  input: v.InferOutput<typeof callerInput> & Partial<v.InferOutput<typeof operatorInput>>,
): Said => ({
  requestId: input.request_id,
  mirrored: input.mirror ?? false,
  name: input.name,
  score: input.score,
  comment: input.comment || null,
})

const text = (about: string, most: number) =>
  v.optional(v.pipe(v.string(), v.maxLength(most), v.description(about)))

export const listQuery = v.strictObject({
  request_id: text('Only what is said of this call, and of its copy', MAX_ID),
  virtual_model: text('Only of answers to calls of this redirect', 512),
  name: text('Only what has this name', MAX_NAME),
  mirror: says('Only of copies that went to a mirror, or only of others', v.optional(flag())),
  before: v.optional(v.pipe(whole(1, Number.MAX_SAFE_INTEGER), v.description('`next` of the page before'))),
  limit: v.optional(v.pipe(whole(1, 500), v.description('Rows on a page')), 50),
})

const fates = ['stored', 'waiting'] as const

export const saidView = v.object({
  request_id: says('Of the call', v.string()),
  name: says('What was looked at', v.string()),
  score: says('From 0, the worst, to 1', v.number()),
  state: v.pipe(
    v.picklist(fates),
    v.description(
      '`waiting`: the call is not written down yet; it counts as soon as that is, if it is one of yours',
    ),
  ),
})

export const listView = v.object({
  data: says(
    'Newest first',
    v.array(
      v.object({
        id: says('Counts what was said', v.number()),
        request_id: says('Of the call', v.string()),
        mirror: says('It is about the copy that went to a mirror', v.boolean()),
        name: says('What was looked at', v.string()),
        score: says('From 0, the worst, to 1', v.number()),
        comment: says('In words; null for operators who only read', v.nullable(v.string())),
        said_at: says('When it was said last', v.string()),
        path: says('Who said it: somebody at this path, or an operator', v.string()),
        key: says('The id of the key; null where it is bound to the path', v.nullable(v.string())),
        state: says('`waiting`: the call is not written down yet', v.picklist(fates)),
        virtual_model: says('The redirect that was called', v.nullable(v.string())),
        target: says('Who answered, `provider/id`', v.nullable(v.string())),
      }),
    ),
  ),
  next: says('`before` of the following page; null on the last', v.nullable(v.number())),
})
