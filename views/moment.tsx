/** A time (milliseconds since 1970), by the clocks of UTC. */
export function Moment({ at }: { at: number }) {
  const iso = new Date(at).toISOString()
  return <time datetime={iso} title={iso}>{`${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`}</time>
}
