import { type Values, wordOf } from '../foreign.ts'
import { type Converting, type ImportedProvider, keyVariable, toKebabName } from './imported.ts'

export interface Instances {
  /** `instance/model` for the parameters of a deployment; undefined where this gateway has no such provider. */
  targetOf(params: Values, what: string): string | undefined
  all(): Readonly<Record<string, ImportedProvider>>
}

/** Settings that only some vendors have, by their names there. */
export const settingsOf: Readonly<Record<string, string>> = {
  aws_region_name: 'region',
  aws_access_key_id: 'access_key_id',
  aws_secret_access_key: 'secret_access_key',
  aws_session_token: 'session_token',
  vertex_project: 'project',
  vertex_location: 'location',
  vertex_credentials: 'credentials',
}
const isPlain = (setting: string): boolean => ['region', 'project', 'location'].includes(setting)

interface Instance {
  readonly type: string
  /** Of its own kind, as our file says them. */
  readonly own: Readonly<Record<string, string>>
  readonly key: string | undefined
  readonly url: string | undefined
  readonly models: Set<string>
}

/** Deployments with the same type, address and key share a provider. */
export function createInstances({ typeOf, remark }: Pick<Converting, 'typeOf' | 'remark'>): Instances {
  const found = new Map<string, Instance>()

  function nameFor({ type, key, url, own }: Omit<Instance, 'models'>): string {
    for (const [name, one] of found)
      if (one.type === type && one.key === key && one.url === url && isSame(one.own, own)) return name
    const hint = /^\$\{(\w+?)_API_KEY\}$/.exec(key ?? '')?.[1]
    const hinted = hint === undefined ? '' : toKebabName(hint)
    const wanted = hinted.startsWith(`${type}-`) && typeOf(hinted) === undefined ? hinted : type
    let name = wanted
    for (let count = 2; found.has(name); count++) name = `${wanted}-${count}`
    found.set(name, { type, key, url, own, models: new Set() })
    return name
  }

  return {
    targetOf(params, what) {
      const { prefix, model, region } = splitModel(params)
      const type = prefix === undefined ? undefined : typeOf(prefix)
      if (prefix !== undefined && type === undefined)
        return void remark(what, `left out: there is no provider type for "${prefix}" here`)
      if (type === undefined) {
        remark(what, `"${model}" names no provider: the first one that lists it will serve it`)
        return model
      }
      const url = toUrl(wordOf(params.api_base ?? params.base_url))
      const own: Instance['own'] = { ...(region !== undefined && { region }), ...ownOf(params) }
      const name = nameFor({ type, key: toKey(params.api_key), url, own })
      for (const [field, setting] of Object.entries(settingsOf))
        if (own[setting] === HIDDEN)
          remark(`${what} ${field}`, `secrets are not copied: set ${variableFor(name, setting)} to it`)
      if (!model.includes('*')) found.get(name)!.models.add(model)
      const literal = wordOf(params.api_key)
      if (literal !== undefined && toKey(literal) === HIDDEN)
        remark(`${what} api_key`, `secrets are not copied: set ${keyVariable(name)} to it`)
      return `${name}/${model}`
    },
    all: () => Object.fromEntries([...found].map(([name, instance]) => [name, toProvider(name, instance)])),
  }
}

const isSame = (one: Instance['own'], other: Instance['own']): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

function ownOf(params: Values): Instance['own'] {
  const said = Object.entries(settingsOf).flatMap(([field, setting]) => {
    const value = isPlain(setting) ? toUrl(wordOf(params[field])) : toKey(params[field])
    return value === undefined ? [] : [[setting, value] as const]
  })
  return Object.fromEntries(said)
}

const variableFor = (name: string, setting: string): string =>
  keyVariable(name).replace(/API_KEY$/, setting.toUpperCase())

/** Stands for a key that was written into the file. */
const HIDDEN = 'hidden'

function toKey(value: unknown): string | undefined {
  const word = wordOf(value)
  const variable = /^os\.environ\/(\w+)$/.exec(word ?? '')?.[1]
  return variable === undefined ? word && HIDDEN : `\${${variable}}`
}

/** Without what we add ourselves. */
function toUrl(word: string | undefined): string | undefined {
  const variable = /^os\.environ\/(\w+)$/.exec(word ?? '')?.[1]
  if (variable !== undefined) return `\${${variable}}`
  return word?.replace(/\/openai\/deployments\/.*$/, '').replace(/\/chat\/completions\/*$/, '')
}

function toProvider(name: string, { type, key, url, own, models }: Instance): ImportedProvider {
  const hasOther = url !== undefined || Object.keys(own).some(setting => !isPlain(setting))
  const isLocal = key === undefined && hasOther
  return {
    type,
    ...(!isLocal && { api_key: key === undefined || key === HIDDEN ? `\${${keyVariable(name)}}` : key }),
    ...(url !== undefined && { base_url: url }),
    ...Object.fromEntries(
      Object.entries(own).map(([setting, value]) => [
        setting,
        value === HIDDEN ? `\${${variableFor(name, setting)}}` : value,
      ]),
    ),
    ...(models.size > 0 && { models: [...models] }),
  }
}

interface Named {
  readonly prefix: string | undefined
  readonly model: string
  /** Some write where a model runs in front of it. */
  readonly region?: string | undefined
}

/** `vendor/model`, or a vendor of its own; some names tell their vendor by themselves. */
function splitModel({ model: raw, custom_llm_provider: custom }: Values): Named {
  const model = wordOf(raw) ?? ''
  const said = wordOf(custom)
  if (said !== undefined)
    return { prefix: said, ...toModel(model.startsWith(`${said}/`) ? model.slice(said.length + 1) : model) }
  const slash = model.indexOf('/')
  if (slash > 0) return { prefix: model.slice(0, slash), ...toModel(model.slice(slash + 1)) }
  const isOpenAI = /^(?:gpt-|o\d|chatgpt-|text-embedding-|text-moderation-|dall-e|whisper-|tts-)/.test(model)
  return { prefix: isOpenAI ? 'openai' : undefined, model }
}

/** Without what says by which of a vendor's APIs it is asked: that is found out here. */
function toModel(rest: string): Pick<Named, 'model' | 'region'> {
  const [, region, model] =
    /^(?:(?:responses|converse(?:_like)?|invoke|o_series|gpt5_series)\/)?(?:([a-z]{2}(?:-[a-z]+)+-\d)\/)?(.*)$/.exec(
      rest,
    )!
  return { model: model!, ...(region !== undefined && { region }) }
}
