import { definePlugin } from '../../src/contract/plugin.ts'
import type { SignOn } from './model.ts'
import { oidcSettings } from './settings.ts'

export default definePlugin({
  name: 'oidc',
  about: 'Knows callers by tokens of an identity provider, and lets operators sign in there.',
  config: oidcSettings,
  env: {
    issuer: ['OIDC_ISSUER'],
    audience: ['OIDC_AUDIENCE'],
    userPath: ['OIDC_USER_PATH'],
    admin: ['OIDC_ADMIN'],
    readers: ['OIDC_READERS'],
    clientId: ['OIDC_CLIENT_ID'],
    clientSecret: ['OIDC_CLIENT_SECRET'],
    scopes: ['OIDC_SCOPES'],
    redirectUri: ['OIDC_REDIRECT_URI'],
    callerScopes: ['OIDC_CALLER_SCOPES'],
  },
  needs: ['concerns', 'auth', 'dashboard'],
  async setup(host) {
    if (host.config.issuer === undefined && host.config.issuers.length === 0)
      return { exports: { issuers: [], scopes: [] } satisfies SignOn }
    // What is not used is not loaded.
    const { createIdentity } = await import('./identity.ts')
    return createIdentity(host)
  },
})
