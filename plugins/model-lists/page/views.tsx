import type { PageRequest } from '../../../src/page.ts'
import { VIA } from '../../../views/dialog-form.tsx'
import { Csrf } from '../../../views/form.tsx'
import { Icon } from '../../../views/icon.tsx'
import type { ProvidersData } from '../page.tsx'
import { HowToAdd } from './adding.tsx'
import { Card } from './card.tsx'

export function ProvidersView({ data, request }: { data: ProvidersData; request: PageRequest }) {
  const { upstreams, configFile } = data
  const path = `${request.base}/dashboard/providers/refresh`
  const isDemo = upstreams.every(({ provider }) => provider.standIn === true)
  return (
    <>
      <header class="top">
        <div>
          <h1>Providers</h1>
          <p class="lead">
            Who answers, in the order in which a bare model name looks for one. Lists of models are fetched
            every hour.
          </p>
        </div>
        <form method="post" action={path} hx-post={path} hx-swap="none" hx-vals={VIA} hx-sync="this:drop">
          <Csrf admin={request.admin} />
          <button id="refresh-all" class="button" type="submit">
            <Icon name="refresh" />
            Refresh all lists
          </button>
        </form>
      </header>
      {isDemo && (
        <section class="welcome adding" aria-labelledby="adding-title">
          <h2 id="adding-title">Add your first provider</h2>
          <p>
            {upstreams.length === 0
              ? 'Nobody answers yet.'
              : 'For now a built-in demo answers, without network and without cost. It leaves when a real provider comes.'}
          </p>
          <HowToAdd configFile={configFile} />
        </section>
      )}
      <ul class="upstreams">
        {upstreams.map(upstream => (
          <Card upstream={upstream} data={data} request={request} />
        ))}
      </ul>
      {!isDemo && (
        <details class="adding">
          <summary>Add another provider</summary>
          <HowToAdd configFile={configFile} />
        </details>
      )}
      <p class="hint">
        A test call asks one model for one word, as the holder of the master key. It takes the way of every
        call, so it is recorded in the usage and costs what it costs.
      </p>
    </>
  )
}
