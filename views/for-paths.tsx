import { Name } from './name.tsx'

const MOST = 3

/** Whose something is: the first few user paths, in a line. */
export const ForPaths = ({ paths }: { paths: readonly string[] }) => (
  <span class="about">
    for{' '}
    {paths.slice(0, MOST).map((path, index) => (
      <>
        {index > 0 && ', '}
        <Name class="mono" text={path} />
      </>
    ))}
    {paths.length > MOST && ` and ${paths.length - MOST} more`}
  </span>
)
