import type { PageRequest } from '../../../src/contract/page.ts'
import { VIA } from '../../../views/dialog-form.tsx'
import { Csrf } from '../../../views/form.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import type { ProviderDesk } from '../model.ts'
import { HowToAdd } from './adding.tsx'
import { Card } from './card.tsx'
import type { ProvidersData } from './model.ts'

export function ProvidersView({ data, request }: { data: ProvidersData; request: PageRequest }) {
  const { upstreams, configFile, desk } = data
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
        {request.admin.mayWrite && (
          <div class="ways">
            <form method="post" action={path} hx-post={path} hx-swap="none" hx-vals={VIA} hx-sync="this:drop">
              <Csrf admin={request.admin} />
              <button id="refresh-all" class="button" type="submit">
                <Icon name="refresh" />
                Refresh all lists
              </button>
            </form>
            {desk !== undefined && <New desk={desk} request={request} />}
          </div>
        )}
      </header>
      {isDemo && (
        <section class="welcome adding" aria-labelledby="adding-title">
          <h2 id="adding-title">Add your first provider</h2>
          <p>
            {upstreams.length === 0
              ? 'Nobody answers yet.'
              : 'For now a built-in demo answers, without network and without cost. It leaves when a real provider comes.'}
          </p>
          {desk !== undefined && request.admin.mayWrite && (
            <>
              <p>Add one here: choose who it is, paste the key, try it, and use it at once.</p>
              <p>
                <New desk={desk} request={request} />
              </p>
              <p>Or name it where the gateway is started:</p>
            </>
          )}
          <HowToAdd configFile={configFile} />
        </section>
      )}
      {desk !== undefined && <Idle desk={desk} request={request} />}
      <ul class="upstreams">
        {upstreams.map(upstream => (
          <Card upstream={upstream} data={data} request={request} />
        ))}
      </ul>
      {!isDemo && (
        <details class="adding">
          <summary>Add another provider by a variable, or the config file</summary>
          <HowToAdd configFile={configFile} />
        </details>
      )}
      {request.admin.mayWrite && (
        <p class="hint">
          A test call asks one model for one word, as the holder of the master key. It takes the way of every
          call, so it is recorded in the usage and costs what it costs.
        </p>
      )}
    </>
  )
}

interface DeskProps {
  readonly desk: ProviderDesk
  readonly request: PageRequest
}

const New = ({ desk, request }: DeskProps) => (
  <Link class="button primary" href={`${request.base}/dashboard${desk.newPlace}`}>
    <Icon name="plus" />
    New provider
  </Link>
)

/** Providers that are kept here and do not serve. */
function Idle({ desk, request }: DeskProps) {
  const idle = desk.idle()
  if (idle.length === 0) return null
  return (
    <section class="concerns" aria-labelledby="idle-title">
      <h2 id="idle-title">Not serving</h2>
      <ul>
        {idle.map(({ name, type, why, isBroken }) => (
          <li class={isBroken ? 'concern' : 'calm'} data-tone={isBroken ? 'bad' : undefined}>
            <Icon name={isBroken ? 'alert' : 'lock'} />
            <p>
              <strong>
                <Name text={name} />
              </strong>
              {name !== type && <span class="muted"> ({type})</span>}. {why}{' '}
              <Link href={`${request.base}/dashboard${desk.placeOf(name) ?? '/providers'}`}>
                {request.admin.mayWrite ? 'Edit' : 'View'}
              </Link>
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
