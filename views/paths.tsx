import { Name } from './name.tsx'

const MOST = 3

/** User paths, the first few of them; all of them on a closer look. */
export const Paths = ({ paths }: { paths: readonly string[] }) => (
  <ul class="paths" title={paths.join('\n').slice(0, 2000)}>
    {paths.slice(0, MOST).map(path => (
      <li>
        <Name class="mono" text={path} />
      </li>
    ))}
    {paths.length > MOST && <li class="muted">and {paths.length - MOST} more</li>}
  </ul>
)
