import { defineConfig } from 'drizzle-kit'

/** `bun run migration`: writes the next migration from the tables of all plugins. */
export default defineConfig({ dialect: 'sqlite', schema: './plugins/*/schema.ts', out: './drizzle' })
