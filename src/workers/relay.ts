import { inTime } from './in-time.ts'
import type { FromWorker, Tell } from './requests.ts'
import type { Seat } from './seat.ts'

/** So long (milliseconds) a worker may take to answer another one: it may hang, or be about to end. */
const PATIENCE = 2000

/** Passes on what the worker of one seat asks of the others. */
export async function relay(
  request: FromWorker,
  { from, seats }: { readonly from: Seat; readonly seats: readonly Seat[] },
): Promise<readonly unknown[]> {
  const answers =
    request.kind === 'gather'
      ? seats.map(seat => figuresOf(seat, request.plugin))
      : seats.filter(seat => seat !== from && seat.readyAt !== undefined).map(seat => tell(seat, request))
  return (await Promise.all(answers)).filter(answer => answer !== undefined)
}

const tell = ({ wire }: Seat, request: Tell): Promise<unknown> => inTime(wire?.ask(request), PATIENCE)

/** Of a worker that is away, or does not answer, what it told last: what was counted must not seem to be undone. */
async function figuresOf({ wire, readyAt, left }: Seat, plugin: string): Promise<unknown> {
  const figures =
    readyAt === undefined ? undefined : await inTime(wire?.ask({ kind: 'gather', plugin }), PATIENCE)
  if (figures !== undefined) left.set(plugin, figures)
  return left.get(plugin)
}
