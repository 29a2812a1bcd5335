import { number } from '../../../views/format.ts'
import { type ChangedItem, type Difference, NONE } from './words.ts'

/** Items of a list that are shown; more are counted. */
const MOST = 6
/** Characters of a value that are shown. */
const LONG = 300

/** What differs, a line for each field: what it was, and what it is. */
export const Differences = ({ all }: { all: readonly Difference[] }) => (
  <dl class="differences">
    {all.map(each => (
      <div>
        <dt>{each.label}</dt>
        <dd>
          {each.kind === 'list' ? (
            <>
              <Changed items={each.changed} />
              <Items items={each.added} isNew />
              <Items items={each.removed} />
            </>
          ) : (
            <Values {...each} />
          )}
        </dd>
      </div>
    ))}
  </dl>
)

/** Of what was not there before only the new value is said. */
const Values = ({ before, after }: { before: string; after: string }) => (
  <>
    {before !== NONE && (
      <>
        <del>
          <span class="unseen">was </span>
          {cut(before)}
        </del>{' '}
      </>
    )}
    <ins>
      <span class="unseen">is </span>
      {cut(after)}
    </ins>
  </>
)

/** `openai/gpt-5: weight 1 → 3`. */
const Changed = ({ items }: { items: readonly ChangedItem[] }) => (
  <>
    {items.map(({ name, differences }) => (
      <div>
        {cut(name)}:
        {differences.map(each => (
          <>
            {' '}
            {each.label.toLowerCase()}{' '}
            {each.kind === 'list' ? (
              <>
                <Items items={each.added} isNew />
                <Items items={each.removed} />
              </>
            ) : (
              <Values {...each} />
            )}
          </>
        ))}
      </div>
    ))}
  </>
)

function Items({ items, isNew = false }: { items: readonly string[]; isNew?: boolean }) {
  const Item = isNew ? 'ins' : 'del'
  return (
    <>
      {items.slice(0, MOST).map(item => (
        <>
          <Item class="item">
            <span class="unseen">{isNew ? 'added ' : 'removed '}</span>
            {cut(item)}
          </Item>{' '}
        </>
      ))}
      {items.length > MOST && (
        <span class="muted">
          {number(items.length - MOST)} more {isNew ? 'added' : 'removed'}{' '}
        </span>
      )}
    </>
  )
}

const cut = (text: string): string => (text.length > LONG ? `${text.slice(0, LONG)}…` : text)
