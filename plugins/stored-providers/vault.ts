import { joinBytes } from '../../src/base/bytes.ts'

/** Seals secrets, so that whoever gets hold of the database cannot read them. */
export interface Vault {
  /** There is a key to seal with. */
  readonly canSeal: boolean
  /** `about` says what it is a secret of: it is opened for nothing else. */
  seal(secret: string, about: string): Promise<string>
  /** Undefined where none of the keys opens it, or it was sealed about something else. */
  open(box: string, about: string): Promise<Opened | undefined>
}

export interface Opened {
  readonly secret: string
  /** The key that seals now is another one. */
  readonly isByFormer: boolean
}

type Key = Uint8Array<ArrayBuffer>

const NONCE = 12
const encoder = new TextEncoder()

/** AES-256-GCM. The first key seals, each of them opens: so a key can be replaced by another one. */
export async function createVault(secrets: readonly Key[]): Promise<Vault> {
  const toKey = (key: Key) => crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])
  const keys = await Promise.all(secrets.map(toKey))

  async function openWith(key: CryptoKey, bytes: Key, about: string): Promise<string | undefined> {
    try {
      const how = { name: 'AES-GCM', iv: bytes.subarray(0, NONCE), additionalData: encoder.encode(about) }
      return new TextDecoder().decode(await crypto.subtle.decrypt(how, key, bytes.subarray(NONCE)))
    } catch {
      return undefined
    }
  }

  return {
    canSeal: keys.length > 0,
    async seal(secret, about) {
      const [key] = keys
      if (key === undefined) throw new Error('There is no key to seal with')
      const iv = crypto.getRandomValues(new Uint8Array(NONCE))
      const how = { name: 'AES-GCM', iv, additionalData: encoder.encode(about) }
      const sealed = await crypto.subtle.encrypt(how, key, encoder.encode(secret))
      return joinBytes([iv, new Uint8Array(sealed)]).toBase64()
    },
    async open(box, about) {
      const bytes = bytesOf(box)
      if (bytes === undefined) return undefined
      for (const [index, key] of keys.entries()) {
        const secret = await openWith(key, bytes, about)
        if (secret !== undefined) return { secret, isByFormer: index > 0 }
      }
      return undefined
    },
  }
}

/** Undefined for what is no box at all. */
function bytesOf(box: string): Key | undefined {
  try {
    return Uint8Array.fromBase64(box)
  } catch {
    return undefined
  }
}

interface Place {
  /** Of the provider. */
  readonly name: string
  readonly setting: string
  readonly destination: string
}

/** What a secret is of: a row that was copied to another name, or leads elsewhere by now, opens nothing. */
export const aboutOf = ({ name, setting, destination }: Place): string =>
  `provider ${name} ${setting} ${destination}`
