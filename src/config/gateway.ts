import * as v from 'valibot'
import {
  bytes,
  concealed,
  csv,
  duration,
  type EnvNames,
  flag,
  says,
  text,
  whole,
} from '../contract/settings.ts'
import { ConfigError } from '../errors.ts'
import { type Environment, pick } from './environment.ts'
import { say, toProblem } from './problem.ts'

/** It may hold a password, so what it is instead is not said. */
const NO_DATABASE =
  'Cannot use the address of the database (DATABASE_URL): expected file:PATH, such as file:data/modelway.db, or that of a libSQL server: libsql://HOST, https://HOST or http://HOST'
const DATABASE = /^(?:file:[^?].*|:memory:|(?:libsql|https?):\/\/.+)$/

const levels = ['debug', 'info', 'warning', 'error'] as const

/** As browsers name them: nothing behind the host. */
const isWebOrigin = (text: string): boolean => text === '*' || URL.parse(text)?.origin === text

const isOrigin = (text: string): boolean => /^https?:$/.test(URL.parse(text)?.protocol ?? '')

const NO_HOST = 'expected an address such as 127.0.0.1 or 0.0.0.0; the port is a setting of its own (PORT)'

/** With one colon it has a port behind it, with more it is an address of IPv6. */
const isHost = (text: string): boolean => !/[\s/]/.test(text) && text.split(':').length !== 2

const isWorkers = (text: string): boolean =>
  text === 'auto' || (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 256)

/** Settings of the gateway itself; those of a feature belong to its plugin. */
export const gatewaySchema = v.object({
  host: says(
    'The address that the gateway listens at; 0.0.0.0 is all of them',
    v.optional(v.pipe(text(), v.check(isHost, NO_HOST)), '127.0.0.1'),
  ),
  port: says(
    'The port that the gateway listens at; 0 is any that is free',
    v.optional(whole(0, 65_535), 8080),
  ),
  workers: says(
    'How many processes serve the port, each on a core of its own; auto: one for each core. Linux spreads connections over them',
    v.optional(
      v.pipe(
        v.union([v.number(), v.string()]),
        v.transform(value => String(value).trim().toLowerCase()),
        v.check(isWorkers, 'expected a whole number from 1 to 256, or auto'),
        v.transform(text => (text === 'auto' ? text : Number(text))),
      ),
      1,
    ),
  ),
  basePath: says(
    'Everything below this path, for example /llm',
    v.optional(
      v.pipe(
        v.string(),
        v.transform(path => `/${path}`.replace(/\/{2,}/g, '/').replace(/\/$/, '')),
        v.regex(/^(?:\/[\w.~-]+)*$/, 'expected a path such as /llm'),
      ),
      '',
    ),
  ),
  bodyLimit: says('How large the body of a request may be, once it is unpacked', v.optional(bytes(), '10M')),
  databaseUrl: says(
    'Where rows are kept: a file, or a libSQL server (libsql://...)',
    v.optional(v.pipe(text(), v.regex(DATABASE, NO_DATABASE)), 'file:data/modelway.db'),
  ),
  databaseAuthToken: says('The token that a libSQL server asks for', v.optional(concealed(text()))),
  plugins: says('Files and packages, with commas: ./my-plugin.ts,some-package', v.optional(csv(), [])),
  logLevel: says(
    'The least that is logged: debug, info, warning or error',
    v.optional(
      v.pipe(
        v.string(),
        v.toLowerCase(),
        v.transform(level => (level === 'warn' ? 'warning' : level)),
        v.picklist(levels, `expected one of ${levels.join(', ')}`),
      ),
      'info',
    ),
  ),
  logFormat: says(
    'pretty, json, or auto: pretty on a terminal',
    v.optional(v.picklist(['pretty', 'json', 'auto'], 'expected pretty, json or auto'), 'auto'),
  ),
  upstreamTimeout: says(
    'How long a call may take until its answer begins, over all tries. 0: no limit',
    v.optional(duration(), '10m'),
  ),
  attemptTimeout: says(
    'How long one try may take until its answer begins, while another target is left. 0: no limit',
    v.optional(duration(), '10m'),
  ),
  hookTimeout: says(
    'How long a call waits for a hook of a plugin; one that is still silent then fails the call. 0: no limit',
    v.optional(duration(), '30s'),
  ),
  retries: says(
    'How often a call that failed is sent again, where there is no other target to try',
    v.optional(whole(0, 10), 2),
  ),
  uploadLimit: says('How large forms may be: audio and images', v.optional(bytes(), '100M')),
  strictParameters: says(
    'true: a parameter that a target cannot honour is refused, instead of left out with the header x-modelway-warning',
    v.optional(flag(), false),
  ),
  pingInterval: says(
    'A client that waits for a stream gets a comment at least so often: proxies cut silent connections. 0: never',
    v.optional(duration(), '15s'),
  ),
  onHangUp: says(
    'When a client goes away: cancel the call, or drain it: read on to the usage that the provider bills',
    v.optional(v.picklist(['cancel', 'drain'], 'expected cancel or drain'), 'cancel'),
  ),
  drainTimeout: says(
    'How long running answers may take to finish when the gateway is told to stop',
    v.optional(duration(), '30s'),
  ),
  egressAllow: says(
    "Origins that plugins may fetch from, beside the providers': https://hooks.example.com",
    v.optional(
      v.pipe(
        csv(),
        v.check(origins => origins.every(isOrigin), 'expected origins such as https://example.com'),
      ),
      [],
    ),
  ),
  corsOrigins: says(
    'Pages of these origins may call models from a browser, with a key: https://app.example.com,https://other.example; * is all',
    v.optional(
      v.pipe(
        csv(),
        v.check(
          origins => origins.every(isWebOrigin),
          'expected origins such as https://app.example.com, without a slash at the end, or *',
        ),
      ),
      [],
    ),
  ),
  revealServed: says(
    'false: answers do not tell which model and provider served them and what the gateway added to their time (x-modelway-*), nor what is left of the limits of the provider (x-ratelimit-*, anthropic-ratelimit-*)',
    v.optional(flag(), true),
  ),
  configFile: says(
    'The config file, where there is one. Variables win over it. Unset: modelway.yaml, if it exists',
    v.optional(text()),
  ),
})

export type GatewaySettings = v.InferOutput<typeof gatewaySchema>

/** How many processes serve. One that is watched for changes of its files is replaced as a whole, so it stays alone. */
export const countWorkers = ({ workers }: GatewaySettings): number => {
  if (process.execArgv.includes('--watch')) return 1
  return typeof workers === 'number' ? workers : navigator.hardwareConcurrency
}

/** What a reload does not change. */
export const atRestart = ['host', 'port', 'workers'] as const
export type AtRestart = Pick<GatewaySettings, (typeof atRestart)[number]>

/** What operators may change while the gateway runs; not what says who may come in, where things are, or what calls may reach. */
export const changeableOwn = [
  'logLevel',
  'upstreamTimeout',
  'attemptTimeout',
  'retries',
  'uploadLimit',
  'strictParameters',
  'pingInterval',
  'onHangUp',
  'drainTimeout',
  'revealServed',
] as const satisfies readonly (keyof GatewaySettings)[]

/** Variables of the gateway's own settings; README and `.env.template` tell what they mean. */
export const gatewayEnv = {
  host: ['HOST'],
  port: ['PORT'],
  workers: ['WORKERS'],
  basePath: ['BASE_PATH'],
  bodyLimit: ['BODY_SIZE_LIMIT'],
  databaseUrl: ['DATABASE_URL'],
  databaseAuthToken: ['DATABASE_AUTH_TOKEN'],
  plugins: ['PLUGINS'],
  logLevel: ['LOG_LEVEL'],
  logFormat: ['LOG_FORMAT'],
  upstreamTimeout: ['HTTP_TIMEOUT'],
  attemptTimeout: ['ATTEMPT_TIMEOUT'],
  hookTimeout: ['HOOK_TIMEOUT'],
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
      const { path, text } = toProblem(issue, gatewaySchema)
      return sayVariable(gatewayEnv[path[0] as keyof typeof gatewayEnv][0], environment, text)
    }),
  )
}

/** Values of the gateway's own variables may be shown: one that holds a secret takes any text. */
export const sayVariable = (variable: string, environment: Environment, text: string): string =>
  say(`${variable}="${environment[variable]}"`, text)
