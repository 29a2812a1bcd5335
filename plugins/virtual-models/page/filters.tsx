import { Choice, Filters } from '../../../views/filters.tsx'
import { abilities } from './abilities.ts'
import { rowKinds } from './rows.ts'
import type { ModelsData } from './views.tsx'

export const ModelFilters = ({ data, path }: { data: ModelsData; path: string }) => {
  const { query, statuses } = data
  const names = statuses.map(({ name }) => [name, name])
  const search = {
    label: 'Search models',
    placeholder: 'Search names, targets, user paths',
    value: query.q,
  }
  return (
    <Filters path={path} into="models" search={search}>
      <Choice name="kind" label="Kind" value={query.kind} options={rowKinds} />
      <Choice
        name="provider"
        label="Provider"
        value={query.provider}
        options={{ '': 'All providers', ...Object.fromEntries(names) }}
      />
      <Choice name="can" label="Ability" value={query.can} options={abilities} />
      <Count data={data} />
    </Filters>
  )
}

/** How much of all is shown. */
export const Count = ({ data: { listing, counts } }: { data: Pick<ModelsData, 'listing' | 'counts'> }) => {
  const all = counts.virtual + counts.provider
  return (
    <p id="count" class="count" role="status">
      {listing.total === all
        ? `${number(counts.virtual)} virtual, ${number(counts.provider)} from providers`
        : `${number(listing.total)} of ${number(all)}`}
    </p>
  )
}

const number = (value: number): string => value.toLocaleString('en')
