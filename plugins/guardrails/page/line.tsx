import type { PageRequest } from '../../../src/page.ts'
import { STATE, VIA } from '../../../views/dialog-form.tsx'
import { Csrf } from '../../../views/form.tsx'
import { count } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { toQuery } from '../../../views/listing.ts'
import { Name } from '../../../views/name.tsx'
import { opening } from '../../../views/opening.ts'
import { shortHash } from '../../../views/short-hash.ts'
import type { Guardrail, On, Side, Verdict } from '../model.ts'
import { aimsOf } from '../sentence.ts'
import type { Counted } from '../tally.ts'
import type { Query } from './rows.ts'

export interface Listed {
  readonly guardrail: Guardrail
  readonly counted: readonly Counted[]
}

interface LineProps {
  readonly listed: Listed
  readonly query: Query
  readonly request: PageRequest
}

const doings: Readonly<Record<Verdict, string>> = { block: 'Refuses', mask: 'Masks', report: 'Counts' }
const places: Readonly<Record<Side, string>> = {
  input: 'in what models are told',
  output: 'in what models say',
  both: 'in what models are told and say',
}

export function GuardrailLine({ listed: { guardrail, counted }, query, request }: LineProps) {
  const { base } = request
  return (
    <tr id={`guardrail-${shortHash(guardrail.name)}`} data-off={guardrail.enabled ? undefined : ''}>
      <th scope="row" data-label="Guardrail">
        <Name class="name mono" text={guardrail.name} />
        {guardrail.description !== '' && (
          <p class="about" title={guardrail.description}>
            {guardrail.description}
          </p>
        )}
        {guardrail.declaredIn !== undefined && (
          <p class="about declared">
            Declared in <code>{guardrail.declaredIn}</code>: edit it there
          </p>
        )}
      </th>
      <td data-label="Holds for">
        <Holders guardrail={guardrail} base={base} />
      </td>
      <td data-label="Does">
        <div>
          {doings[guardrail.action]} {aimsOf(guardrail)}
          <p class="about">{places[guardrail.on]}</p>
        </div>
      </td>
      <td data-label="Since the start">
        <Counts counted={counted} />
      </td>
      <td data-label="State">
        <Toggle guardrail={guardrail} request={request} />
      </td>
      <td class="actions">
        {guardrail.declaredIn === undefined && <Acts guardrail={guardrail} query={query} base={base} />}
      </td>
    </tr>
  )
}

const MODELS = 3

const Holders = ({ guardrail: { userPath, models }, base }: { guardrail: Guardrail; base: string }) => (
  <div>
    {userPath === '/' ? (
      'Everybody'
    ) : (
      <Link
        href={`${base}/dashboard/paths?${new URLSearchParams({ path: userPath })}`}
        title={`What ${userPath} may call`}
      >
        <Name class="mono" text={userPath} />
      </Link>
    )}
    {models !== undefined && (
      <ul class="paths" title={[...models].join('\n').slice(0, 2000)}>
        {[...models].slice(0, MODELS).map(model => (
          <li>
            <Name class="label mono" text={model} />
          </li>
        ))}
        {models.size > MODELS && <li class="muted">and {models.size - MODELS} more</li>}
      </ul>
    )}
  </div>
)

const did: Readonly<Record<Verdict, string>> = { block: 'refused', mask: 'masked', report: 'counted' }
const at: Readonly<Record<On, string>> = { input: 'call', output: 'answer' }

const Counts = ({ counted }: { counted: readonly Counted[] }) =>
  counted.length === 0 ? (
    <span class="muted">Nothing found</span>
  ) : (
    <ul>
      {counted.map(({ action, on, count: times }) => (
        <li>
          {count(times, at[on])} {did[action]}
        </li>
      ))}
    </ul>
  )

function Toggle({ guardrail, request }: { guardrail: Guardrail; request: PageRequest }) {
  const word = guardrail.enabled ? 'On' : 'Off'
  if (guardrail.declaredIn !== undefined) return <span class="muted">{word}</span>
  const action = `${request.base}/dashboard/guardrails/toggle`
  return (
    <form method="post" action={action} hx-post={action} hx-swap="none" hx-include={STATE} hx-vals={VIA}>
      <Csrf admin={request.admin} />
      <input type="hidden" name="name" value={guardrail.name} />
      <input type="hidden" name="enabled" value={guardrail.enabled ? '' : 'on'} />
      <button
        id={`toggle-${shortHash(guardrail.name)}`}
        class="switch"
        type="submit"
        role="switch"
        aria-checked={String(guardrail.enabled)}
        aria-label={`${guardrail.name}: enabled`}
      >
        <span class="knob" />
        {word}
      </button>
    </form>
  )
}

function Acts({ guardrail: { name }, query, base }: { guardrail: Guardrail; query: Query; base: string }) {
  const path = `${base}/dashboard/guardrails`
  const act = (verb: string, word: string) => (
    <Link
      class="quiet"
      id={`${verb}-${shortHash(name)}`}
      href={path + toQuery(query, { [verb]: name })}
      {...opening(`${path}?${new URLSearchParams({ [verb]: name })}`)}
      aria-label={`${word} ${name}`}
    >
      {word}
    </Link>
  )
  return (
    <>
      {act('edit', 'Edit')}
      {act('delete', 'Delete')}
    </>
  )
}
