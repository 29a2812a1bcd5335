import * as v from 'valibot'
import { concealed, csv, duration, says, shown, text } from '../../src/contract/settings.ts'
import { withoutScheme } from './claims.ts'
import { parseTemplate } from './template.ts'

/** Signatures that only the holder of a private key can make; whoever checks them needs no secret. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
] as const

const MAX_TOLERANCE = 300_000

const address = (example: string) =>
  shown(v.pipe(text(), v.check(isAddress, `expected an address such as ${example}`)))

function isAddress(value: string): boolean {
  const url = URL.parse(value)
  const isPlain = url?.search === '' && url.hash === '' && url.username === '' && url.password === ''
  return isPlain && /^https?:$/.test(url.protocol)
}

const template = v.rawCheck<string>(({ dataset, addIssue }) => {
  const mistake = dataset.typed ? parseTemplate(dataset.value).mistake : undefined
  if (mistake !== undefined) addIssue({ message: mistake })
})

const rules = v.check(
  (list: string[]) => list.every(rule => /^[^=]+=.+$/.test(rule)),
  'expected claims with values, such as groups=platform-admins',
)

/** What is said of an identity provider and its tokens. */
const provider = {
  issuer: says(
    'The identity provider, letter by letter as its tokens say it in "iss": https://idp.example',
    address('https://idp.example'),
  ),
  audience: says(
    'What callers\' tokens must say in "aud". Turns calls with a token on; needs a user path',
    shown(text()),
  ),
  userPath: says(
    'Where a caller with a token stands: a path with names of claims in it, such as /team/{team}/{sub}',
    shown(v.pipe(text(), template)),
  ),
  admin: says(
    'Which claims make an operator, one of them is enough: groups=platform-admins,email=jane@example.com',
    v.optional(shown(v.pipe(csv(), rules)), []),
  ),
  readers: says(
    'Which claims make an operator who only reads: groups=support. Who is in both lists may write',
    v.optional(shown(v.pipe(csv(), rules)), []),
  ),
  jwksUrl: says(
    'Where its keys are. Unset: where its /.well-known/openid-configuration says',
    v.optional(address('https://idp.example/keys')),
  ),
  allowedModelsClaim: says(
    'The claim with the models and redirects that a caller is limited to: a list, or a text with spaces',
    v.optional(shown(text())),
  ),
  labels: says(
    'Labels of a caller, by the claims that hold them: {cost_center: department}',
    v.optional(v.record(v.string(), shown(text())), {}),
  ),
  clockTolerance: says(
    'How far its clock may be off',
    v.optional(v.pipe(duration(), v.maxValue(MAX_TOLERANCE, 'expected at most 5m')), '30s'),
  ),
  algorithms: says(
    'The signatures that are accepted',
    v.optional(v.array(v.picklist(algorithms, `expected one of ${algorithms.join(', ')}`)), [
      'RS256',
      'PS256',
      'ES256',
      'EdDSA',
    ]),
  ),
}

const listed = v.strictObject(provider)
/** An identity provider whose tokens callers may bring. */
export type IssuerSettings = v.InferOutput<typeof listed>

const section = v.object({
  ...provider,
  issuer: v.optional(provider.issuer),
  audience: v.optional(provider.audience),
  userPath: v.optional(provider.userPath),
  clientId: says(
    'The client that the dashboard is at the identity provider. Turns the sign-in of operators on; needs OIDC_ADMIN or OIDC_READERS',
    v.optional(shown(text())),
  ),
  clientSecret: says(
    'The secret of that client; unset for a public one',
    v.optional(concealed(v.pipe(v.string(), v.trim(), v.nonEmpty('expected a value, it is empty')))),
  ),
  scopes: says('What the sign-in asks for', v.optional(shown(text()), 'openid profile email')),
  redirectUri: says(
    'Where the identity provider sends operators back to, as it is registered there. Unset: /sign-in/sso/callback at the address by which the browser knows the gateway',
    v.optional(address('https://gateway.example.com/sign-in/sso/callback')),
  ),
  callerScopes: says(
    'What agents ask the identity provider for that sign their people in by themselves, so that the tokens are good here: api://modelway/use',
    v.optional(shown(text())),
  ),
  issuers: says('More identity providers whose tokens callers may bring', v.optional(v.array(listed), [])),
})
export type OidcSettings = v.InferOutput<typeof section>

type Field = keyof OidcSettings
const needs = (field: Field, message: string, isMissing: (settings: OidcSettings) => boolean) =>
  v.forward(
    v.check<OidcSettings, string>(settings => !isMissing(settings), message),
    [field],
  )

const isSaid = ({ audience, userPath, clientId, clientSecret, admin, readers }: OidcSettings): boolean =>
  [audience, userPath, clientId, clientSecret].some(value => value !== undefined) ||
  admin.length + readers.length > 0

/** The section `oidc`. It describes one identity provider; `issuers` are more of them. */
export const oidcSettings = v.pipe(
  section,
  needs(
    'issuer',
    'it is missing: the other settings say something of it',
    all => all.issuer === undefined && isSaid(all),
  ),
  needs(
    'audience',
    'expected what tokens for the gateway say in "aud"; or set OIDC_CLIENT_ID, for the sign-in of operators',
    ({ issuer, audience, clientId }) =>
      issuer !== undefined && audience === undefined && clientId === undefined,
  ),
  needs(
    'audience',
    'it is missing: a user path is for callers with a token',
    ({ audience, userPath }) => audience === undefined && userPath !== undefined,
  ),
  needs(
    'userPath',
    'expected where callers with a token stand, such as /team/{team}',
    ({ audience, userPath }) => audience !== undefined && userPath === undefined,
  ),
  needs(
    'admin',
    'expected who is an operator, such as groups=platform-admins: nobody could sign in',
    ({ clientId, admin, readers }) => clientId !== undefined && admin.length + readers.length === 0,
  ),
  needs(
    'clientId',
    'it is missing: a secret alone is no client',
    ({ clientId, clientSecret }) => clientId === undefined && clientSecret !== undefined,
  ),
  needs('issuers', 'two of them are the same, or differ in http and https only', ({ issuer, issuers }) => {
    const all = [...(issuer === undefined ? [] : [issuer]), ...issuers.map(({ issuer }) => issuer)]
    return new Set(all.map(withoutScheme)).size < all.length
  }),
)

/** All identity providers whose tokens callers may bring. */
export function callerIssuers(settings: OidcSettings): IssuerSettings[] {
  const { issuer, audience, userPath, issuers, ...rest } = settings
  const own = issuer !== undefined && audience !== undefined && userPath !== undefined
  return own ? [{ ...rest, issuer, audience, userPath }, ...issuers] : [...issuers]
}
