import * as v from 'valibot'
import { ConfigError } from './errors.ts'
import { isModelId } from './model-list.ts'
import { csv, text } from './settings.ts'

/** What has to be known of a vendor to find its configured instances. */
export interface Vendor {
  /** The provider's type and the name of its first instance: kebab-case. */
  readonly name: string
  /** What its variables begin with. Default: the name in capitals, `my-vendor` → `MY_VENDOR`. */
  readonly env?: string
  /** Where its API is: what stands before `/chat/completions`, say. Absent where it differs per customer: then an operator must say it. */
  readonly baseUrl?: string
  /** Added to an operator's base URL without a path: many write `http://gpu:8000` and mean `http://gpu:8000/v1`. */
  readonly path?: `/${string}`
  /** True for variables that look like ours and belong to the vendor's own software. */
  readonly ignores?: (variable: string, value: string) => boolean
}

/** Where each setting comes from. */
const variables = { apiKey: 'API_KEY', baseUrl: 'BASE_URL', models: 'MODELS' } as const
type Field = keyof typeof variables
export type Settings = v.InferOutput<ReturnType<typeof settingsSchema>>

/** Messages never repeat a value: it may be a key that was pasted into the wrong variable. */
export const settingsSchema = ({ path = '/' }: Vendor) =>
  v.object({
    apiKey: v.optional(
      v.pipe(text(), v.regex(/^[\x21-\x7e]+$/, 'expected visible ASCII characters, no spaces')),
    ),
    baseUrl: v.optional(
      v.pipe(
        text(),
        v.check(isBaseUrl, 'expected an http(s) address without user, query and fragment'),
        v.check(url => !/\/chat\/completions\/*$/.test(url), 'expected what stands before /chat/completions'),
        v.transform(url => new URL(url)),
        v.transform(({ origin, pathname }) =>
          (origin + (pathname === '/' ? path : pathname)).replace(/\/+$/, ''),
        ),
      ),
    ),
    models: v.optional(
      v.pipe(
        csv(),
        v.check(ids => ids.every(isModelId), 'expected ids without control characters'),
      ),
    ),
  })

function isBaseUrl(url: string): boolean {
  const parsed = URL.parse(url)
  if (parsed === null || /[?#\s\\]/.test(url)) return false
  return /^https?:$/.test(parsed.protocol) && parsed.username + parsed.password === ''
}

/**
 * The instances that an environment describes, in alphabetical order: a bare model id must find the same one after
 * every start. Blank values count as unset.
 *
 * @throws ConfigError naming the variable whose value cannot be used.
 */
export function discoverInstances(
  declared: Vendor,
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, Settings>> {
  const { ignores } = declared
  const found = new Map<string, Settings>()
  const problems: string[] = []
  for (const [variable, value] of Object.entries(environment).sort()) {
    const { instance, field } = readVariable(declared, variable) ?? {}
    if (instance === undefined || /^[\s,]*$/.test(value) || ignores?.(variable, value)) continue
    const result = v.safeParse(settingsSchema(declared), { [field!]: value })
    if (result.success) found.set(instance, { ...found.get(instance), ...result.output })
    else problems.push(`Cannot use ${variable}: ${result.issues[0].message}`)
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.fromEntries([...found.keys()].sort().map(instance => [instance, found.get(instance)!]))
}

const envOf = ({ name, env }: Vendor) => env ?? name.toUpperCase().replaceAll('-', '_')

/** The instance and the field that a variable speaks of; undefined for other variables. */
export function readVariable(declared: Vendor, variable: string) {
  const [, prefix = '', tail] = /^(.+?)_(API_KEY|BASE_URL|MODELS)$/.exec(variable) ?? []
  const suffix = suffixOf(prefix, envOf(declared))
  if (suffix === undefined) return undefined
  const field = (Object.keys(variables) as Field[]).find(key => variables[key] === tail)!
  return { instance: declared.name + suffix.toLowerCase().replaceAll('_', '-'), field }
}

/** What follows the vendor's own prefix: `_EAST` in `OPENAI_EAST`, nothing in `OPENAI`; undefined for other vendors. */
function suffixOf(prefix: string, env: string): string | undefined {
  const suffix = prefix.startsWith(env) ? prefix.slice(env.length) : undefined
  return suffix !== undefined && /^(?:_[A-Z0-9]+)*$/.test(suffix) ? suffix : undefined
}

/** A key without an address, or models without either, is half a configuration. */
export const allComplete = (declared: Vendor) =>
  v.rawCheck<Readonly<Record<string, Settings>>>(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    for (const [name, value] of Object.entries(dataset.value)) {
      const missing = whatIsMissing(declared, name, value)
      if (missing === undefined) continue
      const path = { type: 'object', origin: 'value', input: dataset.value, key: name, value } as const
      addIssue({ message: `Cannot set up provider "${name}": set ${missing}`, path: [path] })
    }
  })

/** Variables can only speak of instances that are named after the type. */
function whatIsMissing(declared: Vendor, name: string, { apiKey, baseUrl }: Settings) {
  if (baseUrl !== undefined || (declared.baseUrl !== undefined && apiKey !== undefined)) return undefined
  const hasVariables = name === declared.name || name.startsWith(`${declared.name}-`)
  const prefix = envOf(declared) + name.slice(declared.name.length).toUpperCase().replaceAll('-', '_')
  const [key, url] = hasVariables ? [`${prefix}_API_KEY`, `${prefix}_BASE_URL`] : ['api_key', 'base_url']
  return declared.baseUrl === undefined ? url : `${key} or ${url}`
}
