/** Modules that are ours for every plugin, by the names under which it imports them. */
export type Contract = Readonly<Record<string, () => Promise<object>>>

/**
 * The contract itself, and the packages that it speaks of: schemas, tables and markup of a plugin are of the same make
 * as ours, whatever lies beside the plugin, or nothing does.
 */
export const contract: Contract = {
  modelway: () => import('../index.ts'),
  valibot: () => import('valibot'),
  'drizzle-orm': () => import('drizzle-orm'),
  'drizzle-orm/sqlite-core': () => import('drizzle-orm/sqlite-core'),
  'hono/jsx': () => import('hono/jsx'),
  'hono/jsx/jsx-runtime': () => import('hono/jsx/jsx-runtime'),
  'hono/jsx/jsx-dev-runtime': () => import('hono/jsx/jsx-dev-runtime'),
}
