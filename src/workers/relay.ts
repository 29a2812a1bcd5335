import type { FromWorker, Tell } from './requests.ts'
import type { Seat } from './seat.ts'

/** So long (milliseconds) a worker may take to answer another one: it may hang, or be about to end. */
const PATIENCE = 2000

/** Passes on what the worker of one seat asks of the others. */
export function relay(
  request: FromWorker,
  { from, seats }: { readonly from: Seat; readonly seats: readonly Seat[] },
): Promise<readonly unknown[]> {
  if (request.kind === 'gather') return Promise.all(seats.map(seat => figuresOf(seat, request.plugin)))
  return tell(
    request,
    seats.filter(seat => seat !== from && seat.readyAt !== undefined),
  )
}

async function tell(request: Tell, seats: readonly Seat[]): Promise<readonly unknown[]> {
  const answers = await Promise.all(seats.map(({ wire }) => inTime(wire?.ask(request))))
  return answers.filter(answer => answer !== undefined)
}

/** Of a worker that is away, or does not answer, what it told last: what was counted must not seem to be undone. */
async function figuresOf({ wire, readyAt, left }: Seat, plugin: string): Promise<unknown> {
  const figures = readyAt === undefined ? undefined : await inTime(wire?.ask({ kind: 'gather', plugin }))
  if (figures !== undefined) left.set(plugin, figures)
  return left.get(plugin)
}

function inTime<T>(work: Promise<T> | undefined): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>(resolve => {
    timer = setTimeout(() => resolve(undefined), PATIENCE)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
