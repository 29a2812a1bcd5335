/** Makes a wait until something holds, which fails after `patience`, and tells how long it took (milliseconds). */
export const createUntil =
  (patience: number) =>
  async (holds: () => boolean | Promise<boolean>, what: string, most = patience): Promise<number> => {
    const began = performance.now()
    while (!(await holds())) {
      if (performance.now() - began > most) throw new Error(`Still waiting for: ${what}`)
      await Bun.sleep(10)
    }
    return performance.now() - began
  }
