/** Undefined where the work takes longer than so many milliseconds. It goes on, and nobody hears of it. */
export function inTime<T>(work: Promise<T> | undefined, patience: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>(resolve => {
    timer = setTimeout(() => resolve(undefined), patience)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
