import type { PageRequest } from '../../../src/contract/page.ts'
import { count } from '../../../views/format.ts'
import { EditAndDelete, Switch } from '../../../views/row-actions.tsx'
import { HoldsFor, HoldsOf, RowHead } from '../../../views/row-head.tsx'
import { shortHash } from '../../../views/short-hash.ts'
import type { Guardrail, On, Side, Verdict } from '../model.ts'
import { aimsOf, instead } from '../sentence.ts'
import type { Counted } from '../tally.ts'
import type { Query } from './rows.ts'

export interface Listed {
  readonly guardrail: Guardrail
  readonly counted: readonly Counted[]
  /** Models of it that are not there now, in words. */
  readonly unknown: string | undefined
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

export function GuardrailLine({ listed: { guardrail, counted, unknown }, query, request }: LineProps) {
  const { base } = request
  const page = `${base}/dashboard/guardrails`
  return (
    <tr id={`guardrail-${shortHash(guardrail.name)}`} data-off={guardrail.enabled ? undefined : ''}>
      <th scope="row" data-label="Guardrail">
        <RowHead
          name={guardrail.name}
          description={guardrail.description}
          declaredIn={guardrail.declaredIn}
        />
      </th>
      <td data-label="Holds for">
        <div>
          <HoldsFor path={guardrail.userPath} base={base} />
          <HoldsOf models={guardrail.models} unknown={unknown} />
        </div>
      </td>
      <td data-label="Does">
        <div>
          {doings[guardrail.action]} {aimsOf(guardrail)}
          <p class="about">{places[guardrail.on]}</p>
          {guardrail.fault !== undefined && (
            <p class="warning">
              That cannot be read any more: {guardrail.fault}. While it is on, {instead[guardrail.action]}.
            </p>
          )}
        </div>
      </td>
      <td data-label="Since the start">
        <Counts counted={counted} />
      </td>
      <td data-label="State">
        <Switch
          page={page}
          field="name"
          value={guardrail.name}
          isOn={guardrail.enabled}
          word={guardrail.enabled ? 'On' : 'Off'}
          isFixed={guardrail.declaredIn !== undefined}
          request={request}
        />
      </td>
      <td class="actions">
        {guardrail.declaredIn === undefined && (
          <EditAndDelete page={page} query={query} value={guardrail.name} admin={request.admin} />
        )}
      </td>
    </tr>
  )
}

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
