import type { Child } from 'hono/jsx'
import { Icon } from './icon.tsx'

interface FiltersProps {
  /** The address of the page. */
  readonly path: string
  /** The id of the part of the page that shows what is found. */
  readonly into: string
  readonly search: { readonly label: string; readonly placeholder: string; readonly value: string }
  /** Further choices, and how much is found: the latter with the id `count`. */
  readonly children?: Child
}

/** A search that answers while it is typed. It stands in the address, so that a view can be shared. */
export const Filters = ({ path, into, search, children }: FiltersProps) => (
  <search>
    <form
      id="filters"
      class="filters"
      method="get"
      action={path}
      hx-get={path}
      hx-trigger="input delay:180ms, submit"
      hx-target={`#${into}`}
      hx-select={`#${into}`}
      hx-select-oob="#count:outerHTML"
      hx-swap="outerHTML"
      hx-replace-url="true"
      hx-sync="this:replace"
    >
      <label class="search">
        <span class="unseen">{search.label}</span>
        <Icon name="search" />
        <input
          type="search"
          name="q"
          value={search.value}
          placeholder={search.placeholder}
          maxlength={200}
          autocomplete="off"
          spellcheck={false}
          data-shortcut="/"
        />
      </label>
      <noscript>
        <button type="submit">Search</button>
      </noscript>
      {children}
    </form>
  </search>
)

interface ChoiceProps {
  readonly name: string
  readonly label: string
  readonly value: string
  /** Value → in words. */
  readonly options: Readonly<Record<string, string>>
}

export const Choice = ({ name, label, value, options }: ChoiceProps) => (
  <label>
    <span class="unseen">{label}</span>
    <select name={name}>
      {Object.entries(options).map(([option, words]) => (
        <option value={option} selected={option === value}>
          {words}
        </option>
      ))}
    </select>
  </label>
)
