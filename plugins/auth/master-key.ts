interface Masters {
  readonly masterKey?: string | undefined
  readonly formerMasterKey?: string | undefined
}

/** The master key, and behind it the one before, where there are such. */
export function mastersIn({ masterKey, formerMasterKey }: Masters): readonly string[] {
  if (masterKey === undefined) return []
  return formerMasterKey === undefined ? [masterKey] : [masterKey, formerMasterKey]
}

/** HKDF (RFC 5869). The salt is this installation's own, so that equal keys elsewhere have other secrets. */
export async function derive(key: string, salt: string, purpose: string): Promise<Uint8Array<ArrayBuffer>> {
  const [material, salted, info] = [key, salt, purpose].map(text => new TextEncoder().encode(text))
  const imported = await crypto.subtle.importKey('raw', material!, 'HKDF', false, ['deriveBits'])
  const how = { name: 'HKDF', hash: 'SHA-256', salt: salted!, info: info! }
  return new Uint8Array(await crypto.subtle.deriveBits(how, imported, 256))
}
