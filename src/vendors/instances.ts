import * as v from 'valibot'
import { toSnake } from '../config/shape.ts'
import { concealed, csv, says, shown, text } from '../contract/settings.ts'
import { ConfigError } from '../errors.ts'
import { isModelId } from './model-list.ts'

/** What every vendor may be told. */
const common = ['apiKey', 'baseUrl', 'models'] as const
type Common = (typeof common)[number]

/** Names of foreign variables, by the setting that they fill; the first that is set wins. */
export type Variables<F extends string> = Readonly<Partial<Record<F | Common, readonly string[]>>>

/** What has to be known of a vendor to find its configured instances; `F` are settings that only this vendor has. */
export interface Vendor<F extends string = never> {
  /** The provider's type and the name of its first instance: kebab-case. */
  readonly name: string
  /** What its variables begin with. Default: the name in capitals, `my-vendor` → `MY_VENDOR`. */
  readonly env?: string
  /** Where its API is: what stands before `/chat/completions`, say. Absent where it differs per customer: then an operator must say it. */
  readonly baseUrl?: string
  /** Added to an operator's base URL without a path: many write `http://gpu:8000` and mean `http://gpu:8000/v1`. */
  readonly path?: `/${string}`
  /** Settings of its own: `accessKeyId` is `<ENV>_ACCESS_KEY_ID`, and `access_key_id` in the config file. */
  readonly fields?: Readonly<Record<F, v.GenericSchema<unknown, string>>>
  /**
   * What operators may say of some of them on the dashboard, where that is less than in the configuration: nobody reads
   * files of this machine, or gets what it is trusted with, by typing where they are.
   */
  readonly typed?: Readonly<Partial<Record<F, v.GenericSchema<unknown, string>>>>
  /** Other names for the variables of the first instance: each makes it, as its own variable would. */
  readonly aliases?: Variables<F>
  /**
   * Variables that many programs share. They make no instance, but complete one that variables made: a group at a time,
   * and only where nothing of the group is set, so that half of one credential never meets half of another.
   */
  readonly borrows?: readonly Variables<F>[]
  /** What an instance lacks, if anything; `nameOf` is how the operator calls a setting. Default: a key or a base URL is enough. */
  readonly missing?: (settings: Settings<F>, nameOf: (field: F | Common) => string) => string | undefined
  /** True for variables that look like ours and belong to the vendor's own software. */
  readonly ignores?: (variable: string, value: string) => boolean
}

export type Settings<F extends string = never> = {
  readonly apiKey?: string | undefined
  readonly baseUrl?: string | undefined
  readonly models?: readonly string[] | undefined
} & { readonly [K in F]?: string | undefined }

/** A secret that fits into a header. */
export const secret = () =>
  concealed(
    v.pipe(
      text(),
      v.regex(/^[\x21-\x7e]+$/, 'expected visible ASCII characters, no spaces'),
      v.check(key => !/^(["']).*\1$/.test(key), 'it stands in quotes: leave them out'),
    ),
  )

/** Messages never repeat a value: it may be a key that was pasted into the wrong variable. */
export const settingsSchema = <F extends string>(declared: Vendor<F>) =>
  v.object(settingsOf(declared)) as unknown as v.GenericSchema<unknown, Settings<F>>

/** Each setting by its name. */
export function settingsOf<F extends string>({ path = '/', fields }: Pick<Vendor<F>, 'path' | 'fields'>) {
  const entries: Record<string, v.GenericSchema> = {
    apiKey: says('What the provider asks for', v.optional(secret())),
    baseUrl: says(
      'Where its API is',
      shown(
        v.optional(
          v.pipe(
            text(),
            v.check(
              isBaseUrl,
              'expected an http(s) address such as http://localhost:8000/v1, without user, query and fragment',
            ),
            v.check(
              url => !/\/chat\/completions\/*$/.test(url),
              'expected what stands before /chat/completions',
            ),
            v.check(url => !/\/messages\/*$/.test(url), 'expected what stands before /messages'),
            v.transform(url => new URL(url)),
            v.transform(({ origin, pathname }) =>
              (origin + (pathname === '/' ? path : pathname)).replace(/\/+$/, ''),
            ),
          ),
        ),
      ),
    ),
    models: says(
      'Its models, if its list cannot be had',
      shown(
        v.optional(
          v.pipe(
            csv(),
            v.check(ids => ids.every(isModelId), 'expected ids without control characters'),
          ),
        ),
      ),
    ),
  }
  const own = Object.entries<v.GenericSchema>(fields ?? {})
  for (const [field, schema] of own) entries[field] = v.optional(schema)
  return entries
}

function isBaseUrl(url: string): boolean {
  const parsed = URL.parse(url)
  if (parsed === null || /[?#\s\\]/.test(url)) return false
  return /^https?:$/.test(parsed.protocol) && parsed.username + parsed.password === ''
}

type Environment = Readonly<Record<string, string>>

/** A value and the variable that says it. */
interface Said {
  readonly variable: string
  readonly value: string
}

/**
 * The instances that an environment describes, in alphabetical order: a bare model id must find the same one after
 * every start. Blank values count as unset.
 *
 * @throws ConfigError naming the variable whose value cannot be used.
 */
export function discoverInstances<F extends string>(
  declared: Vendor<F>,
  environment: Environment,
): Readonly<Record<string, Settings<F>>> {
  const said = collect(declared, environment)
  const schema = settingsSchema(declared)
  const problems: string[] = []
  const read = (fields: ReadonlyMap<string, Said>): Settings<F> => {
    const settings: Record<string, unknown> = {}
    for (const [field, { variable, value }] of fields) {
      const result = v.safeParse(schema, { [field]: value })
      if (result.success) Object.assign(settings, result.output)
      else problems.push(`Cannot use ${variable}: ${result.issues[0].message}`)
    }
    return settings as Settings<F>
  }
  const found = [...said.keys()].sort().map(name => [name, read(said.get(name)!)] as const)
  if (problems.length > 0) throw new ConfigError(problems.sort())
  return Object.fromEntries(found)
}

/** Which variable says which field of which instance. */
export const variablesOf = <F extends string>(
  declared: Vendor<F>,
  environment: Environment,
): Readonly<Record<string, Readonly<Record<string, string>>>> =>
  Object.fromEntries(
    [...collect(declared, environment)].map(([name, fields]) => [
      name,
      Object.fromEntries([...fields].map(([field, { variable }]) => [field, variable])),
    ]),
  )

function collect<F extends string>(declared: Vendor<F>, environment: Environment) {
  const { name: first, ignores, aliases = {}, borrows = [] } = declared
  const instances = new Map<string, Map<string, Said>>()
  const fieldsOf = (name: string) => instances.get(name) ?? instances.set(name, new Map()).get(name)!
  // Nearly all variables are somebody else's, and each is shown to every vendor at the start.
  const ours = Object.entries(environment).filter(([variable]) => variable.startsWith(envOf(declared)))
  for (const [variable, value] of ours.sort()) {
    const { instance, field } = readVariable(declared, variable) ?? {}
    if (instance === undefined || isBlank(value) || ignores?.(variable, value)) continue
    fieldsOf(instance).set(field!, { variable, value })
  }
  for (const [field, said] of sayings(aliases, environment))
    if (!instances.get(first)?.has(field)) fieldsOf(first).set(field, said)
  for (const fields of instances.values()) {
    for (const group of borrows) {
      if (Object.keys(group).some(field => fields.has(field))) continue
      for (const [field, said] of sayings(group, environment)) fields.set(field, said)
    }
  }
  return instances
}

const isBlank = (value: string): boolean => /^[\s,]*$/.test(value)

function sayings(names: Variables<string>, environment: Environment): [field: string, said: Said][] {
  return Object.entries(names).flatMap(([field, variables = []]) => {
    const variable = variables.find(name => !isBlank(environment[name] ?? ''))
    return variable === undefined ? [] : [[field, { variable, value: environment[variable]! }] as const]
  }) as [string, Said][]
}

const envOf = ({ name, env }: Pick<Vendor, 'name' | 'env'>) => env ?? name.toUpperCase().replaceAll('-', '_')
const tailOf = (field: string): string => toSnake(field).toUpperCase()

/** The instance and the field that a variable speaks of; undefined for other variables. */
function readVariable<F extends string>(declared: Vendor<F>, variable: string) {
  if (!variable.startsWith(envOf(declared))) return undefined
  const fields: readonly string[] = [...common, ...Object.keys(declared.fields ?? {})]
  // `ACME_SECRET_ACCESS_KEY` may end with the names of two settings: the longer one is meant.
  const field = fields
    .filter(field => variable.endsWith(`_${tailOf(field)}`))
    .sort((a, b) => b.length - a.length)[0]
  if (field === undefined) return undefined
  const suffix = suffixOf(variable.slice(0, -tailOf(field).length - 1), envOf(declared))
  if (suffix === undefined) return undefined
  return { instance: declared.name + suffix.toLowerCase().replaceAll('_', '-'), field }
}

/** True for each variable that `discoverInstances` looks at. */
export function isRead<F extends string>(declared: Vendor<F>, variable: string): boolean {
  const foreign = [declared.aliases ?? {}, ...(declared.borrows ?? [])].flatMap(names =>
    Object.values<readonly string[] | undefined>(names).flatMap(list => list ?? []),
  )
  return foreign.includes(variable) || readVariable(declared, variable) !== undefined
}

/** What follows the vendor's own prefix: `_EAST` in `OPENAI_EAST`, nothing in `OPENAI`; undefined for other vendors. */
function suffixOf(prefix: string, env: string): string | undefined {
  const suffix = prefix.startsWith(env) ? prefix.slice(env.length) : undefined
  return suffix !== undefined && /^(?:_[A-Z0-9]+)*$/.test(suffix) ? suffix : undefined
}

/** A key without an address, or models without either, is half a configuration. */
export const allComplete = <F extends string>(declared: Vendor<F>) =>
  v.rawCheck<Readonly<Record<string, Settings<F>>>>(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    for (const [name, value] of Object.entries(dataset.value)) {
      const missing = whatIsMissing(declared)(value, nameIn(declared, name))
      if (missing === undefined) continue
      const path = { type: 'object', origin: 'value', input: dataset.value, key: name, value } as const
      addIssue({ message: `Cannot set up provider "${name}": set ${missing}`, path: [path] })
    }
  })

export const whatIsMissing = <F extends string>({ baseUrl: known, missing }: Vendor<F>) =>
  missing ?? aKeyOrAnAddress(known)

const aKeyOrAnAddress =
  (known: string | undefined): NonNullable<Vendor['missing']> =>
  ({ apiKey, baseUrl }, nameOf) => {
    if (baseUrl !== undefined || (known !== undefined && apiKey !== undefined)) return undefined
    return known === undefined ? nameOf('baseUrl') : `${nameOf('apiKey')} or ${nameOf('baseUrl')}`
  }

/** Variables can only speak of instances that are named after the type; of others the config file speaks. */
function nameIn(declared: Pick<Vendor, 'name' | 'env'>, name: string): (field: string) => string {
  const hasVariables = name === declared.name || name.startsWith(`${declared.name}-`)
  const prefix = envOf(declared) + name.slice(declared.name.length).toUpperCase().replaceAll('-', '_')
  return field => (hasVariables ? `${prefix}_${tailOf(field)}` : toSnake(field))
}
