import * as v from 'valibot'
import { definePlugin } from '../../src/contract/plugin.ts'
import { bytes, csv, retention, says, text } from '../../src/contract/settings.ts'
import type { Auth } from '../auth/model.ts'
import type { Batches } from '../batches/model.ts'
import type { Concerns } from '../concerns/model.ts'
import type { Feedback } from '../feedback/model.ts'
import type { FactsSource } from '../model-facts/model.ts'
import type { ModelLists } from '../model-lists/model.ts'
import type { Prices } from '../prices/model.ts'
import type { Traces, VirtualModels } from '../virtual-models/model.ts'
import { byPath } from './by-path.ts'
import { createFindCalls } from './calls.ts'
import { createRecordsWatch, createRetiringWatch, createUnpricedWatch } from './concerns.ts'
import { createLastUses } from './last-uses.ts'
import type {
  AnswersShown,
  KeptAnswers,
  ModelPanel,
  ModelPanels,
  Receipts,
  UsageBook,
  UsageOutcomes,
  UsageSums,
} from './model.ts'
import { createPages } from './pages.ts'
import { createFind } from './receipt.ts'
import { createLabels } from './record/labels.ts'
import { createRecording } from './recording.ts'
import { createReports } from './report/index.ts'
import { createRepricing, type Repricing } from './report/repricing.ts'
import {
  usageGroups,
  usageLatencies,
  usageRecords,
  usageRollups,
  usageTargetLatencies,
  usageTargetRollups,
} from './schema.ts'
import { createStored } from './stored.ts'
import { createLedger } from './writer/ledger.ts'
import { createThreads, type Threads } from './writer/threads.ts'

/** A name, and none that holds a credential: labels are read by all operators. Browsers send keys as a subprotocol. */
const HEADER =
  /^(?!(?:.*-)?(?:authorization|cookie|api-?key|token|secret|password|credentials?|jwt|assertion)$|sec-websocket-protocol$|x-forwarded-client-cert$)[a-z0-9-]+$/

/** What one gateway of the process leaves to the next. */
interface Heritage {
  readonly threads: Threads
  readonly repricing: Repricing
}

export default definePlugin({
  name: 'usage',
  about: 'Keeps one true record of every call to a model: tokens, cost, times, and what became of it.',
  config: v.object({
    spoolDir: says(
      'Where records wait on disk until the database has them. Unset: spool/, beside the database; data/spool where that is a server',
      v.optional(text()),
    ),
    spoolLimit: says('How much room records that wait may take', v.optional(bytes(), '1G')),
    retention: says(
      'How long a record of each call is kept; 0: for ever. Sums by hour and day are kept for ever',
      v.optional(retention(), '400d'),
    ),
    labelHeaders: says(
      'Request headers whose values become labels of a record, with commas: x-team,x-app',
      v.optional(
        v.pipe(
          csv(),
          v.mapItems(name => name.toLowerCase()),
          v.check(
            names => names.every(name => HEADER.test(name)),
            'expected names of headers such as x-team, and none that holds a credential',
          ),
        ),
        [],
      ),
    ),
  }),
  env: {
    spoolDir: ['USAGE_SPOOL_DIR'],
    spoolLimit: ['USAGE_SPOOL_LIMIT'],
    retention: ['USAGE_RETENTION'],
    labelHeaders: ['USAGE_LABEL_HEADERS'],
  },
  changeable: ['labelHeaders'],
  needs: [
    'history',
    'concerns',
    'auth',
    'model-lists',
    'prices',
    'model-facts',
    'virtual-models',
    'batches',
    'feedback',
  ],
  tables: {
    usageRecords,
    usageGroups,
    usageRollups,
    usageLatencies,
    usageTargetRollups,
    usageTargetLatencies,
  },
  setup({ config, db, dbAddress, now, log, providers, use, inherited }) {
    const { recipe } = use<Prices>('prices')
    const heritage = (inherited as Heritage | undefined) ?? {
      threads: createThreads(),
      repricing: createRepricing(),
    }
    const { threads, repricing } = heritage
    const ledger = createLedger({ config, db, dbAddress, log, now, prices: recipe, threads })
    const labelsOf = createLabels(config.labelHeaders)
    const recording = createRecording({
      ...{ ledger, log, now },
      facts: { providers, labelsOf, ...use<Traces>('virtual-models') },
      batches: use<Batches>('batches'),
    })
    const { reprice } = ledger
    const { retention } = config
    const virtual = use<VirtualModels>('virtual-models')
    let findAnswers = async (_: string): Promise<KeptAnswers> => ({})
    const reports = createReports({
      ...{ db, dbAddress, now, log, providers, reprice, repricing, retention },
      ...{ prices: recipe, virtual },
    })
    const { stats, flush } = recording
    const book: UsageBook & Receipts = { stats, flush, find: createFind(reports.desk.ask, flush), reprice }
    use<Auth>('auth').tellUses(createLastUses(reports.desk.ask))
    const feedback = use<Feedback>('feedback')
    feedback.tellCalls({ find: createFindCalls(db), retention })
    const concerns = use<Concerns>('concerns')
    const known = use<FactsSource>('model-facts')
    const isStandIn = (provider: string) => providers().get(provider)?.standIn === true
    concerns.add(createUnpricedWatch({ ...reports.desk, isStandIn }))
    concerns.add(createRetiringWatch({ ...reports.desk, known, virtual }))
    concerns.add(createRecordsWatch(stats))
    const panels: ModelPanel[] = []
    return {
      exports: {
        ...book,
        byPath: (from, to, most) => byPath(reports.desk.ask, { from, to }, most),
        stored: createStored(reports.desk.ask),
        lastLine: () => reports.desk.ask('lastLine', null),
        outcomes: question => reports.desk.ask('outcomes', question),
        addPanel: panel => void panels.push(panel),
        tellAnswers(find) {
          findAnswers = find
        },
      } satisfies UsageBook & UsageSums & UsageOutcomes & Receipts & ModelPanels & AnswersShown,
      heritage,
      heeds: Object.fromEntries(
        config.labelHeaders.map(name => [name, 'A label of the record: calls can be summed up by it']),
      ),
      api: reports.api,
      pages: createPages({
        ...reports.desk,
        auth: use<Auth>('auth'),
        concerns,
        feedback,
        findAnswers: id => findAnswers(id),
        lists: use<ModelLists>('model-lists'),
        facts: known,
        virtual,
        providers,
        panels,
      }),
      spend: recording.spend,
      settle: recording.settle,
      start() {
        // At once: what ends before the thread is there would not be on disk in time.
        ledger.start()
        reports.start()
      },
      async close() {
        await Promise.all([recording.close(), reports.close()])
      },
    }
  },
})
