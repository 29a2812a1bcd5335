/** The page of a redirect, which shows its rollout. */
export const placeOf = (base: string, source: string): string => `${base}${detailOf(source)}`

/** The same, without the base path. */
export const detailOf = (source: string): `/${string}` =>
  `/dashboard/models/detail?${new URLSearchParams({ name: source })}`

/** The form that starts a rollout. */
export const startOf = (base: string, source: string): string =>
  `${base}/dashboard/models/rollouts?${new URLSearchParams({ start: source })}`
