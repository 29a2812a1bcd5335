import * as v from 'valibot'
import { definePlugin } from '../src/contract/plugin.ts'
import { says } from '../src/contract/settings.ts'
import { topLevel } from '../src/request/json.ts'

const usual: readonly (readonly string[])[] = [['model']]

export default definePlugin({
  name: 'response-model',
  about: 'Lets answers name the model that was asked for instead of the one that served.',
  config: v.object({
    names: says(
      'The model that answers name: the one that served, or the one that was requested',
      v.optional(v.picklist(['served', 'requested'], 'expected served or requested'), 'served'),
    ),
  }),
  env: { names: ['RESPONSE_MODEL'] },
  changeable: ['names'],
  setup({ config }) {
    if (config.names === 'served') return {}
    return {
      tap({ asked, lens }) {
        const places = lens?.modelAt ?? usual
        const words = [...new Set(places.map(place => `"${place.at(-1)}"`))]
        return data => {
          // Most events of most languages do not name the model at all.
          if (!words.some(word => data.includes(word))) return data
          return places.reduce((text, place) => rename(text, place, asked), data)
        }
      },
    }
  },
})

/** Only the name changes: the rest of the text stays as the provider wrote it. */
function rename(text: string, [field, ...inner]: readonly string[], name: string): string {
  if (!text.trimStart().startsWith('{')) return text
  return topLevel(text)
    .filter(({ key }) => key === field)
    .reduceRight((out, { start, end }) => {
      const value = out.slice(start, end)
      const isName = inner.length === 0 && value.startsWith('"')
      const renamed = isName ? JSON.stringify(name) : inner.length > 0 ? rename(value, inner, name) : value
      return out.slice(0, start) + renamed + out.slice(end)
    }, text)
}
