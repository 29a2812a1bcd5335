import { moment } from './format.ts'

/** A time (milliseconds since 1970), by the clocks of UTC. */
export function Moment({ at }: { at: number }) {
  const iso = new Date(at).toISOString()
  return (
    <time datetime={iso} title={iso}>
      {moment(at)}
    </time>
  )
}
