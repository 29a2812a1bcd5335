import { count } from '../../../../views/format.ts'
import { Link } from '../../../../views/link.tsx'
import { addressOf } from '../address.ts'
import type { ModelData } from './data.ts'

/** How the table is to be read, and what is not in it. */
export function Reading({ data, path }: { data: ModelData; path: string }) {
  const { lines, markers, span, subject } = data
  const isTest = lines.some(({ difference }) => difference !== undefined)
  const isMixed = markers.some(({ repoints }) => repoints) && subject.kind === 'redirect'
  return (
    <div class="reading">
      {isTest && (
        <p class="remark">
          “At 95 %” compares with the first line: the interval of the difference, which holds the true one in
          95 of 100 cases, does not hold zero. Without it no difference can be told yet. Decide beforehand
          when you will look: who looks again and again, or at many figures, finds more than there is.
        </p>
      )}
      {lines.some(({ isMirror }) => isMirror) && (
        <p class="remark">
          A mirror got copies of calls when their callers had been answered. It is no part of the figures and
          the chart above.
        </p>
      )}
      {isMixed && (
        <p class="remark gap">
          Targets were changed in this time or in {span.against}: figures before and after do not compare.
        </p>
      )}
      {subject.kind === 'redirect' && <Tries data={data} path={path} />}
      {subject.kind === 'redirect' && data.leadingHere.length > 0 && (
        <p class="remark">Calls that came here through another redirect count for that one.</p>
      )}
    </div>
  )
}

/**
 * A call counts for the target that served it. Roll-ups know how many tries came before, and not whose they were: that
 * is in the records, which are looked through only where somebody asks.
 */
function Tries({ data, path }: { data: ModelData; path: string }) {
  const { now, asked, areTriesCounted, triesTrouble, lines } = data
  const served = lines
    .filter(({ name, isMirror }) => name !== '' && !isMirror)
    .reduce((sum, { part }) => sum + part.sums.calls, 0)
  const more = now.sums.attempts - served
  if (more <= 0) return null
  if (areTriesCounted)
    return (
      <p class="remark">
        Error rates count {count(more, 'try', 'tries')} that failed before another one was made.{' '}
        <Link href={addressOf(path, asked, { tries: '' })}>Only what callers saw</Link>
      </p>
    )
  return (
    <p class="remark">
      {count(more, 'try', 'tries')} failed before another one was made, and {more === 1 ? 'is' : 'are'} not in
      these error rates: a call counts for the target that served it.{' '}
      {triesTrouble === undefined ? (
        <Link href={addressOf(path, asked, { tries: 'counted' })}>Count them too</Link>
      ) : (
        <span class="gap">{triesTrouble}</span>
      )}
    </p>
  )
}
