import type { Child } from 'hono/jsx'
import type { PageRequest } from '../../../src/contract/page.ts'
import { Bar } from '../../../views/bar.tsx'
import { Dialog } from '../../../views/dialog.tsx'
import { DIALOG_TITLE } from '../../../views/dialog-form.tsx'
import { count, duration, money, number, percent, size } from '../../../views/format.ts'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import { opening } from '../../../views/opening.ts'
import { Pulse } from '../../../views/pulse.tsx'
import { Stat } from '../../../views/stat.tsx'
import type { Cache, Figures, ModelFigures } from '../../cache/model.ts'
import { Models, rateOf } from './models.tsx'
import { HowToSwitchOn } from './off.tsx'
import { type Draft, Purging } from './purging.tsx'

export interface CacheData {
  readonly settings: Cache['settings']
  readonly figures: Figures
  readonly models: readonly ModelFigures[]
  /** So many caches, each with the same room. */
  readonly caches: number
  /** Nano-dollars in the last days; undefined where nobody can tell at the moment. */
  readonly saved: number | undefined
  readonly configFile: string | undefined
  /** The form that is open. */
  readonly draft?: Draft
}

/** So far back it says what was saved. */
export const DAYS = 30

interface Props {
  readonly data: CacheData
  readonly request: PageRequest
}

export function CacheView({ data, request }: Props) {
  const isOn = data.settings.models.length > 0
  const page = `${request.base}/dashboard/cache`
  const href = `${page}?purge=`
  return (
    <>
      <header class="top">
        <div>
          <h1>Cache</h1>
          <p class="lead">
            Answers are stored, and given again to the same question: at once, and without asking anybody.
          </p>
        </div>
        {isOn && request.admin.mayWrite && (
          <Link class="button" id="purge" href={href} {...opening(href)}>
            <Icon name="trash" />
            Delete answers
          </Link>
        )}
      </header>
      {isOn ? (
        <>
          <Stored data={data} request={request} />
          <Pulse from={`${page}/now`} page={page} round={0} />
        </>
      ) : (
        <HowToSwitchOn configFile={data.configFile} />
      )}
      <Dialog labelledby={DIALOG_TITLE} asks={['purge']}>
        {data.draft && <Purging draft={data.draft} models={data.models} request={request} />}
      </Dialog>
    </>
  )
}

/** All that changes when answers are deleted. */
export const Stored = ({ data, request }: Props) => (
  <section id="stored" tabindex={-1} aria-labelledby="stored-title">
    <h2 class="unseen" id="stored-title">
      Stored answers
    </h2>
    <Tiles data={data} base={request.base} />
    {data.models.length === 0 ? (
      <div class="nothing">
        <h2>Nothing was asked yet</h2>
        <p>
          The first answer of <Selectors models={data.settings.models} /> is stored, and then it is here.
        </p>
      </div>
    ) : (
      <Models models={data.models} request={request} />
    )}
    <Rules settings={data.settings} />
  </section>
)

function Tiles({ data: { figures, settings, caches, saved }, base }: { data: CacheData; base: string }) {
  const room = settings.size * caches
  const rows = `${base}/dashboard/requests?cached=true`
  return (
    <ul class="stats">
      <Stat label="Hit rate" value={rateOf(figures)}>
        <p class="aside">
          {count(figures.hits, 'hit')}, {count(figures.misses, 'miss', 'misses')} since the start
        </p>
        <Kinds figures={figures} />
      </Stat>
      <Stat label={`Saved in ${DAYS} days`} value={saved === undefined ? 'not known' : money(saved)}>
        <p class="aside">
          <Link href={rows}>Calls that it answered</Link>
        </p>
      </Stat>
      <Stat label="Stored" value={number(figures.entries)}>
        <p class="aside">
          {figures.evictions === 0
            ? 'none had to go early'
            : `${number(figures.evictions)} had to go early: there was no room`}
        </p>
      </Stat>
      <Stat label="Room" value={size(figures.bytes)}>
        <Bar share={figures.bytes / room} />
        <p class="aside">
          {percent(figures.bytes / room)} of {size(room)}
        </p>
      </Stat>
    </ul>
  )
}

/** How hits were come by, where not all of them were simply stored. */
function Kinds({ figures: { joined, similar, unclear } }: { figures: Figures }) {
  const told = [
    joined > 0 && `${number(joined)} waited for an equal call`,
    similar > 0 && `${number(similar)} asked in other words`,
    unclear > 0 && `${count(unclear, 'question')} could not be compared in time`,
  ].filter(Boolean)
  return told.length > 0 && <p class="aside">{told.join(', ')}</p>
}

const sharers: Readonly<Record<Cache['settings']['sharedBy'], Child>> = {
  user_path: (
    <>
      Callers of the same user path get each other's answers; a key that is bound to no path gets only its
      own.
    </>
  ),
  key: <>Each key gets only its own answers.</>,
  all: <>Whoever may call a model gets the answers that anybody got.</>,
}

/** What the operator has set, in sentences. */
const Rules = ({ settings: { models, ttl, wait, sharedBy, similar } }: { settings: Cache['settings'] }) => (
  <p class="remark">
    Answers of <Selectors models={models} /> are stored for {roundly(ttl)}. {sharers[sharedBy]}{' '}
    {wait > 0 && `Calls wait up to ${roundly(wait)} for the answer to an equal one that is under way. `}
    {similar && (
      <>
        Those of <Selectors models={similar.models} /> are given to questions that mean the same, too: at
        least {percent(similar.least)} alike, as told by <Name class="mono" text={similar.embeddings} />.{' '}
      </>
    )}
    To change that, set <code>CACHE_MODELS</code>, <code>CACHE_TTL</code>, <code>CACHE_SIZE</code>,{' '}
    <code>CACHE_WAIT</code>, <code>CACHE_SHARED_BY</code>, <code>CACHE_SIMILAR</code>,{' '}
    <code>CACHE_EMBEDDINGS</code> and <code>CACHE_SIMILARITY</code>.
  </p>
)

/** `1 h`, where `duration` says `1 h 0 min`; `30 s` for `30.0 s`. */
const roundly = (ms: number): string => duration(ms).replace(/ 0 (?:min|s)$|\.0(?= s$)/, '')

/** More are counted. */
const SHOWN = 5

function Selectors({ models }: { models: readonly string[] }) {
  if (models.includes('/')) return <>all models</>
  return (
    <>
      {models.slice(0, SHOWN).map((model, index) => (
        <>
          {index > 0 && ', '}
          <Name class="mono" text={model} />
        </>
      ))}
      {models.length > SHOWN && <> and {count(models.length - SHOWN, 'other')}</>}
    </>
  )
}
