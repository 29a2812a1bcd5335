import type { Child } from 'hono/jsx'
import { Copyable } from '../../../views/copyable.tsx'
import { described, Field, verbatim } from '../../../views/form.tsx'
import { Link } from '../../../views/link.tsx'
import type { Client, Facts } from '../client.ts'
import { clients } from '../clients.ts'

export interface ConnectData {
  readonly client: Client
  readonly facts: Facts
  /** The gateway asks for no key. */
  readonly isOpen: boolean
  /** What was written as address, and why it cannot be one. */
  readonly mistake?: { readonly text: string; readonly message: string }
  /** Names to choose from. */
  readonly models: readonly string[]
  /** The choices that differ from what the page would take by itself, as they stand in its address. */
  readonly chosen: Readonly<Record<string, string>>
}

interface Props {
  readonly data: ConnectData
  /** The address of the page. */
  readonly page: string
  /** Where a key is from. */
  readonly children?: Child
}

export const ConnectView = ({ data, page, children }: Props) => (
  <>
    <header class="top">
      <div>
        <h1>Connect</h1>
        <p class="lead">
          One address for every program that calls models, in the language that it speaks. Choose one, and
          copy.
        </p>
      </div>
    </header>
    <Choices data={data} path={page} />
    <div id="setup" class="setup">
      <Programs data={data} path={page} />
      <Program data={data}>{children}</Program>
    </div>
  </>
)

/** What is written into everything below. It stands in the address, so that a page can be sent to a team. */
const Choices = ({ data, path }: { data: ConnectData; path: string }) => (
  <form
    id="choices"
    class="choices"
    method="get"
    action={path}
    novalidate
    hx-get={path}
    hx-trigger="input delay:250ms, submit"
    hx-target="#setup"
    hx-select="#setup"
    hx-select-oob="#c-address-below:outerHTML"
    hx-swap="outerHTML"
    hx-replace-url="true"
    hx-sync="this:replace"
  >
    <Chosen id={data.client.id} />
    <Field id="c-model" label="Model" hint="The name that the program will ask for.">
      <input
        class="mono"
        name="model"
        value={data.chosen.model ?? ''}
        placeholder={data.facts.model}
        list="c-models"
        maxlength={300}
        {...verbatim}
        {...described('c-model')}
      />
    </Field>
    <div class="field">
      <label for="c-address">Address</label>
      <input
        class="mono"
        name="address"
        value={data.chosen.address ?? ''}
        placeholder={data.facts.address}
        maxlength={300}
        inputmode="url"
        {...verbatim}
        id="c-address"
        aria-describedby="c-address-below"
      />
      <p
        id="c-address-below"
        class={data.mistake === undefined ? 'hint' : 'mistake'}
        {...(data.mistake !== undefined && { role: 'alert' })}
      >
        {data.mistake?.message ?? 'Of this gateway, as its callers see it.'}
      </p>
    </div>
    <noscript>
      <button type="submit">Show</button>
    </noscript>
    <datalist id="c-models">
      {data.models.map(name => (
        <option value={name} />
      ))}
    </datalist>
  </form>
)

/** A change of the model keeps the program. */
const Chosen = ({ id }: { id: string }) => <input id="c-client" type="hidden" name="client" value={id} />

const Programs = ({ data, path }: { data: ConnectData; path: string }) => (
  <nav class="programs" aria-label="Programs">
    {[...Map.groupBy(clients, ({ group }) => group)].map(([group, members]) => (
      <section>
        <h2>{group}</h2>
        <ul>
          {members.map(({ id, name }) => {
            const href = `${path}?${new URLSearchParams({ client: id, ...data.chosen })}`
            return (
              <li>
                <Link
                  id={`client-${id}`}
                  href={href}
                  {...(id === data.client.id && { 'aria-current': 'true' })}
                  hx-get={href}
                  hx-target="#setup"
                  hx-select="#setup"
                  hx-select-oob="#c-client:outerHTML"
                  hx-swap="outerHTML"
                  hx-push-url="true"
                >
                  {name}
                </Link>
              </li>
            )
          })}
        </ul>
      </section>
    ))}
  </nav>
)

function Program({ data: { client, facts, isOpen }, children }: Pick<Props, 'data' | 'children'>) {
  return (
    <section class="program" aria-labelledby="program">
      <h2 id="program">{client.name}</h2>
      <p class="muted">
        <Speaks client={client} /> {client.note}
      </p>
      {client.pieces(facts).map((piece, index) => (
        <Copyable {...piece} id={`piece-${index}`} />
      ))}
      <p class="muted">
        {isOpen ? (
          'No key is set, so none is asked for: most programs want something in its place all the same.'
        ) : (
          <>
            Put a key in the place of <code>{facts.key}</code>. {children}
          </>
        )}
      </p>
    </section>
  )
}

const Speaks = ({ client: { speaks } }: { client: Client }) => <>Speaks {speaks}.</>
