import * as v from 'valibot'
import { type Api, answerJson, defineApi } from '../../src/contract/api.ts'
import type { Origin, Setting } from '../../src/contract/inventory.ts'
import { authorshipOf } from '../../src/door/author.ts'
import { createHeaders, etagOf, guardHeaders } from '../../src/door/precondition.ts'
import { type SettingsStore, settingInput } from './store.ts'

const value = v.nullable(v.unknown())
const said = <S extends v.GenericSchema>(schema: S, words: string) => v.pipe(schema, v.description(words))

const origin = v.object({
  from: said(v.picklist(['default', 'dashboard', 'file', 'variable', 'flag']), 'Who says so'),
  name: v.optional(said(v.string(), 'The variable, or the option of `serve`')),
  file: v.optional(said(v.string(), 'The config file; of a variable, the file that `NAME_FILE` names')),
  line: v.optional(said(v.number(), 'Where in the config file')),
  variables: v.optional(said(v.array(v.string()), 'Those that the config file refers to there')),
})

const settingView = v.object({
  name: said(v.string(), 'As the config file calls it; where it has no place there, its variable'),
  plugin: said(v.nullable(v.string()), 'Null: one of the gateway itself'),
  about: said(v.nullable(v.string()), 'What it means'),
  value: said(value, 'As the config file would say it. Null: not set, or hidden'),
  default: said(value, 'What holds where nobody says anything'),
  pending: said(value, 'Said since the start, and waits for a restart'),
  set: said(v.boolean(), 'It has a value, be it that of the default'),
  changed: said(v.boolean(), 'Its value is not that of the default'),
  hidden: said(v.boolean(), 'It is a secret, or may be one: its value is never told'),
  origin: said(origin, 'Where it comes from'),
  changeable: said(
    v.boolean(),
    '`PUT` changes it while the gateway runs. False: it is a secret, has to be declared, or is declared',
  ),
  variables: said(v.array(v.string()), 'Variables that set it; the first that is set wins'),
  path: said(v.nullable(v.string()), 'Its place in the config file'),
  option: said(v.nullable(v.string()), 'The option of `modelway serve`'),
})

const settingsView = v.object({
  config_file: said(v.nullable(v.string()), 'The config file that was read'),
  settings: said(v.array(settingView), 'The gateway first, then its plugins'),
})

const storedView = v.object({
  name: said(v.string(), 'As it was asked for'),
  value: said(v.unknown(), 'What is stored'),
  version: said(v.number(), 'Counts the changes of this one'),
})

interface Deps {
  readonly settings: () => readonly Setting[]
  readonly store: SettingsStore
  readonly configFile: string | undefined
}

const shared = { access: 'admin', tag: 'Settings' } as const
const PATH = '/admin/settings/:name'
const versionTag = { ETag: 'Its version, for `If-Match`; absent where nothing is stored' }

/** `/admin/settings`: what the page shows, as JSON, and how it is changed. */
export function createSettingsApi({ settings, store, configFile }: Deps): Api[] {
  const view = (setting: Setting) => toView(setting, store.whyFixed(setting) === undefined)
  return [
    defineApi({
      ...shared,
      method: 'GET',
      path: '/admin/settings',
      summary: 'The settings in effect, and where each comes from',
      description:
        'Every setting of the gateway and of its plugins: what it means, its value and its default, who says so, and how to change it. Secrets are left out: of them only `set` and `origin` tell.',
      answer: { about: 'The gateway first, then its plugins in their order', schema: settingsView },
      run: (): v.InferOutput<typeof settingsView> => ({
        config_file: configFile ?? null,
        settings: settings().map(view),
      }),
    }),
    defineApi({
      ...shared,
      method: 'GET',
      path: PATH,
      summary: 'One setting',
      answer: { about: 'As it is in effect', schema: settingView, headers: versionTag },
      refusals: [404],
      run({ params }) {
        const setting = store.find(params.name ?? '')
        const stored = store.stored(setting.name)
        return answerJson(view(setting), {
          headers: stored === undefined ? {} : { etag: etagOf(stored.version) },
        })
      },
    }),
    defineApi({
      ...shared,
      method: 'PUT',
      path: PATH,
      summary: 'Change a setting while the gateway runs',
      description:
        'The whole configuration is judged with it, as at a start: what does not go together is refused with 422, in the words of `modelway check`. Then a gateway with it takes over, at all workers and at all gateways on the database; running answers finish at the one before. Whatever file, environment or command line declare cannot be changed here, nor secrets.',
      body: settingInput,
      example: { value: '30s' },
      heeds: createHeaders,
      answer: { about: 'It is in effect', schema: storedView, headers: versionTag },
      refusals: [404, 409, 412, 422],
      async run(call) {
        const { name, value, version } = await store.save(
          call.params.name ?? '',
          call.body,
          authorshipOf(call),
        )
        return answerJson({ name, value, version }, { headers: { etag: etagOf(version) } })
      },
    }),
    defineApi({
      ...shared,
      method: 'DELETE',
      path: PATH,
      summary: 'Take back what is stored of a setting',
      description: 'What holds without it is in effect again: the default, in most cases.',
      heeds: guardHeaders,
      answer: { status: 204, about: 'It is taken back' },
      refusals: [404, 409, 412, 422],
      run: call => store.remove(call.params.name ?? '', authorshipOf(call)),
    }),
  ]
}

function toView(setting: Setting, changeable: boolean): v.InferOutput<typeof settingView> {
  const { name, plugin, about, preset, pending, isSet, isChanged, isHidden } = setting
  return {
    name,
    plugin: plugin ?? null,
    about: about ?? null,
    value: setting.value ?? null,
    default: preset ?? null,
    pending: pending ?? null,
    set: isSet,
    changed: isChanged,
    hidden: isHidden,
    origin: toOrigin(setting.origin),
    variables: [...setting.variables],
    path: setting.path ?? null,
    option: setting.option ?? null,
    changeable,
  }
}

function toOrigin(from: Origin): v.InferOutput<typeof origin> {
  if (from.kind === 'file')
    return { from: 'file', file: from.file, line: from.line, variables: [...from.variables] }
  const { kind, ...named } = from
  return { from: kind, ...named }
}
