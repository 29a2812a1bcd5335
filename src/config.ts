import * as v from 'valibot'
import { say, toProblem } from './config/problem.ts'
import { ConfigError } from './errors.ts'
import type { EnvNames, Plugin } from './plugin.ts'
import { bytes, csv, duration, flag, text, whole } from './settings.ts'

export type Environment = Readonly<Record<string, string>>

/** The environment as it was at the start, without empty values: `PORT=` means "not set". The only reader of it. */
export function readEnvironment(): Environment {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => (entry[1] ?? '').trim() !== ''),
  )
}

/** Proxies, and certificates that need not be valid: what the runtime's `fetch` reads itself, and nobody else knows. */
const onlyFetchKnows = /^(?:(?:https?|all)_proxy|NODE_TLS_REJECT_UNAUTHORIZED)$/i

/** How calls leave is set by variables of the runtime. */
export const isSetByRuntime = (): boolean =>
  Object.keys(readEnvironment()).some(name => onlyFetchKnows.test(name))

const levels = ['debug', 'info', 'warning', 'error'] as const

/** As browsers name them: nothing behind the host. */
const isWebOrigin = (text: string): boolean => text === '*' || URL.parse(text)?.origin === text

const isOrigin = (text: string): boolean => /^https?:$/.test(URL.parse(text)?.protocol ?? '')

/** Settings of the gateway itself; those of a feature belong to its plugin. */
export const gatewaySchema = v.object({
  host: v.optional(text(), '127.0.0.1'),
  port: v.optional(whole(0, 65_535), 8080),
  basePath: v.optional(
    v.pipe(
      v.string(),
      v.transform(path => `/${path}`.replace(/\/{2,}/g, '/').replace(/\/$/, '')),
      v.regex(/^(?:\/[\w.~-]+)*$/, 'expected a path such as /llm'),
    ),
    '',
  ),
  bodyLimit: v.optional(bytes(), '10M'),
  databaseUrl: v.optional(text(), 'file:data/modelway.db'),
  databaseAuthToken: v.optional(text()),
  plugins: v.optional(csv(), []),
  logLevel: v.optional(
    v.pipe(
      v.string(),
      v.toLowerCase(),
      v.transform(level => (level === 'warn' ? 'warning' : level)),
      v.picklist(levels, `expected one of ${levels.join(', ')}`),
    ),
    'info',
  ),
  logFormat: v.optional(v.picklist(['pretty', 'json', 'auto'], 'expected pretty, json or auto'), 'auto'),
  upstreamTimeout: v.optional(duration(), '10m'),
  attemptTimeout: v.optional(duration(), '10m'),
  retries: v.optional(whole(0, 10), 2),
  uploadLimit: v.optional(bytes(), '100M'),
  strictParameters: v.optional(flag(), false),
  pingInterval: v.optional(duration(), '15s'),
  onHangUp: v.optional(v.picklist(['cancel', 'drain'], 'expected cancel or drain'), 'cancel'),
  drainTimeout: v.optional(duration(), '30s'),
  egressAllow: v.optional(
    v.pipe(
      csv(),
      v.check(origins => origins.every(isOrigin), 'expected origins such as https://example.com'),
    ),
    [],
  ),
  corsOrigins: v.optional(
    v.pipe(
      csv(),
      v.check(
        origins => origins.every(isWebOrigin),
        'expected origins such as https://app.example.com, without a slash at the end, or *',
      ),
    ),
    [],
  ),
  revealServed: v.optional(flag(), true),
  configFile: v.optional(text()),
})

export type GatewaySettings = v.InferOutput<typeof gatewaySchema>

/** Variables of the gateway's own settings; README and `.env.template` tell what they mean. */
export const gatewayEnv = {
  host: ['HOST'],
  port: ['PORT'],
  basePath: ['BASE_PATH'],
  bodyLimit: ['BODY_SIZE_LIMIT'],
  databaseUrl: ['DATABASE_URL'],
  databaseAuthToken: ['DATABASE_AUTH_TOKEN'],
  plugins: ['PLUGINS'],
  logLevel: ['LOG_LEVEL'],
  logFormat: ['LOG_FORMAT'],
  upstreamTimeout: ['HTTP_TIMEOUT'],
  attemptTimeout: ['ATTEMPT_TIMEOUT'],
  retries: ['RETRIES'],
  uploadLimit: ['UPLOAD_SIZE_LIMIT'],
  strictParameters: ['STRICT_PARAMETERS'],
  pingInterval: ['PING_INTERVAL'],
  onHangUp: ['ON_HANGUP'],
  drainTimeout: ['DRAIN_TIMEOUT'],
  egressAllow: ['EGRESS_ALLOW'],
  corsOrigins: ['CORS_ORIGINS'],
  revealServed: ['SERVED_MODEL_HEADERS'],
  configFile: ['CONFIG_FILE'],
} as const satisfies EnvNames

/** Validates the gateway's own settings. */
export function readSettings(environment: Environment): GatewaySettings {
  const result = v.safeParse(gatewaySchema, pick(environment, gatewayEnv))
  if (result.success) return result.output
  throw new ConfigError(
    result.issues.map(issue => {
      const { path, text } = toProblem(issue)
      return sayVariable(gatewayEnv[path[0] as keyof typeof gatewayEnv][0], environment, text)
    }),
  )
}

/** Values of the gateway's own variables may be shown: one that holds a secret takes any text. */
export const sayVariable = (variable: string, environment: Environment, text: string): string =>
  say(`${variable}="${environment[variable]}"`, text)

/** The raw settings of every plugin, out of the variables that it declares. `assemble` validates them. */
export function readPluginSettings(
  plugins: readonly Plugin[],
  environment: Environment,
): Record<string, unknown> {
  return Object.fromEntries(
    plugins.map(({ name, env }) => [
      name,
      typeof env === 'function' ? env(environment) : pick(environment, env ?? {}),
    ]),
  )
}

/** The values of the variables that are set, by the fields that they fill. */
export function pick(environment: Environment, names: EnvNames): Record<string, string> {
  const found = Object.entries(names).flatMap(([field, variables]) => {
    const value = variables.map(name => environment[name]).find(value => value !== undefined)
    return value === undefined ? [] : [[field, value] as const]
  })
  return Object.fromEntries(found)
}
