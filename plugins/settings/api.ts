import * as v from 'valibot'
import { type Api, defineApi } from '../../src/api.ts'
import type { Origin, Setting } from '../../src/inventory.ts'

const value = v.nullable(v.unknown())
const said = <S extends v.GenericSchema>(schema: S, words: string) => v.pipe(schema, v.description(words))

const origin = v.object({
  from: said(v.picklist(['default', 'file', 'variable', 'flag']), 'Who says so'),
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
  variables: said(v.array(v.string()), 'Variables that set it; the first that is set wins'),
  path: said(v.nullable(v.string()), 'Its place in the config file'),
  option: said(v.nullable(v.string()), 'The option of `modelway serve`'),
})

const settingsView = v.object({
  config_file: said(v.nullable(v.string()), 'The config file that was read'),
  settings: said(v.array(settingView), 'The gateway first, then its plugins'),
})

/** `GET /admin/settings`: what the page shows, as JSON. */
export const createSettingsApi = (settings: () => readonly Setting[], configFile: string | undefined): Api =>
  defineApi({
    method: 'GET',
    path: '/admin/settings',
    access: 'admin',
    tag: 'Settings',
    summary: 'The settings in effect, and where each comes from',
    description:
      'Every setting of the gateway and of its plugins: what it means, its value and its default, who says so, and how to change it. Secrets are left out: of them only `set` and `origin` tell.',
    answer: { about: 'The gateway first, then its plugins in their order', schema: settingsView },
    run: (): v.InferOutput<typeof settingsView> => ({
      config_file: configFile ?? null,
      settings: settings().map(toView),
    }),
  })

function toView(setting: Setting): v.InferOutput<typeof settingView> {
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
  }
}

function toOrigin(from: Origin): v.InferOutput<typeof origin> {
  if (from.kind === 'file')
    return { from: 'file', file: from.file, line: from.line, variables: [...from.variables] }
  const { kind, ...named } = from
  return { from: kind, ...named }
}
