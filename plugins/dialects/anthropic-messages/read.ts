/** Counts come from outside: anything but a non-negative whole number is no count, and zero is one. */
export const count = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
