import * as v from 'valibot'
import { didYouMean } from '../../src/base/nearest.ts'
import type { ProviderType } from '../../src/contract/provider.ts'
import { says } from '../../src/contract/settings.ts'
import { refuse } from '../../src/errors.ts'
import { isMetadataAddress } from '../../src/http/addresses.ts'

/** Longer is no key, and no address. */
const LONGEST = 20_000

const said = v.nullable(
  v.pipe(v.string('expected text, or null'), v.maxLength(LONGEST, `expected at most ${LONGEST} characters`)),
)

/** What `PUT /admin/providers/:name` takes. What else there is to say depends on the type. */
export const providerInput = v.objectWithRest(
  {
    type: v.pipe(v.string(), v.description('As `GET /admin/provider-types` has it: `openai`')),
    enabled: says('Off: it is kept, and nobody is led there', v.optional(v.boolean(), true)),
    api_key: v.optional(
      v.pipe(said, v.description('What the provider asks for. Left out: the present one stays; null: none')),
    ),
    base_url: v.optional(
      v.pipe(said, v.description('Where its API is; null or left out: where its type has it')),
    ),
    models: v.optional(
      v.nullable(
        v.pipe(
          v.array(v.string('expected text')),
          v.maxLength(10_000, 'expected at most 10000'),
          v.description('Its models, if its list cannot be had'),
        ),
      ),
    ),
  },
  said,
)

/** Refuses the name of a type that there is not. */
export function checkType(name: string, types: readonly ProviderType[]): ProviderType {
  const names = types.map(type => type.name)
  const meant = didYouMean(name, names) || `: there is ${names.join(', ')}`
  return (
    types.find(type => type.name === name) ??
    refuse('invalid_value', `Field "type": there is no type "${name.slice(0, 60)}"${meant}`, {
      param: 'type',
    })
  )
}

const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

/** The name is the first part of its models' names: `openai-east/gpt-5`. */
export function checkName(name: string): void {
  if (!NAME.test(name) || name.length > 64)
    refuse('invalid_value', 'Field "name": expected small letters, digits and single dashes: openai-east', {
      param: 'name',
    })
}

/** Google's, which a proxy may know where this machine does not. */
const METADATA = /^metadata\.?$|(?:^|\.)metadata\.(?:google\.internal|goog)\.?$/

/** What a name means is looked at when it is called; an address says it at once. */
export function checkAddress(baseUrl: unknown): void {
  if (typeof baseUrl !== 'string') return
  const { hostname } = new URL(baseUrl)
  if (isMetadataAddress(hostname) || METADATA.test(hostname))
    refuse(
      'invalid_value',
      'Field "base_url": this is where a cloud keeps secrets of the machine, no provider',
      {
        param: 'base_url',
      },
    )
}
