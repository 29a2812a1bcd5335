import { Name, spell } from './name.tsx'

const MOST = 3

/** The first few of many names; all of them on a closer look. */
export const Few = ({ names, class: look = 'mono' }: { names: readonly string[]; class?: string }) => (
  <ul class="few" title={names.map(spell).join('\n').slice(0, 2000)}>
    {names.slice(0, MOST).map(name => (
      <li>
        <Name class={look} text={name} />
      </li>
    ))}
    {names.length > MOST && <li class="muted">and {names.length - MOST} more</li>}
  </ul>
)
