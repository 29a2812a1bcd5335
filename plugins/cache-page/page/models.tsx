import type { PageRequest } from '../../../src/contract/page.ts'
import { count, number, percent, size } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import { opening } from '../../../views/opening.ts'
import { shortHash } from '../../../views/short-hash.ts'
import { Table } from '../../../views/table.tsx'
import type { ModelFigures } from '../../cache/model.ts'

/** Over no calls there is no rate. */
export const rateOf = ({ hits, misses }: { readonly hits: number; readonly misses: number }): string =>
  hits + misses === 0 ? 'none' : percent(hits / (hits + misses))

const headings = ['Model', 'Hit rate', 'Hits', 'Misses', 'Stored', 'Size', '']

/** So many are shown, those with the most hits. */
const MOST = 100

export const Models = ({ models, request }: { models: readonly ModelFigures[]; request: PageRequest }) => (
  <>
    <Table caption="Stored answers by model" headings={headings}>
      {models.slice(0, MOST).map(each => (
        <Line figures={each} request={request} />
      ))}
    </Table>
    {models.length > MOST && (
      <p class="remark">And {count(models.length - MOST, 'more model')} with fewer hits.</p>
    )}
  </>
)

function Line({ figures, request }: { figures: ModelFigures; request: PageRequest }) {
  const { model, hits, misses, entries, bytes } = figures
  const href = `${request.base}/dashboard/cache?${new URLSearchParams({ purge: model })}`
  return (
    <tr>
      <th scope="row" data-label="Model">
        <Name class="mono" text={model} />
      </th>
      <td class="num" data-label="Hit rate">
        {rateOf(figures)}
      </td>
      <td class="num" data-label="Hits">
        {number(hits)}
      </td>
      <td class="num" data-label="Misses">
        {number(misses)}
      </td>
      <td class="num" data-label="Stored">
        {number(entries)}
      </td>
      <td class="num" data-label="Size">
        {size(bytes)}
      </td>
      <td class="actions">
        {entries > 0 && request.admin.mayWrite && (
          <Link
            class="quiet"
            id={`purge-${shortHash(model)}`}
            href={href}
            aria-label={`Delete what ${model} answered`}
            {...opening(href)}
          >
            Delete
          </Link>
        )}
      </td>
    </tr>
  )
}
