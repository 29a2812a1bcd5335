import * as v from 'valibot'
import { csv } from '../../src/contract/settings.ts'

const LENGTH = 32

/** 32 bytes as base64, in either alphabet; undefined for anything else. */
function toKey(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const bytes = Uint8Array.fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'))
    return bytes.length === LENGTH ? bytes : undefined
  } catch {
    return undefined
  }
}

/** One key, or several with commas. */
export const sealingKeys = () =>
  v.pipe(
    csv(),
    v.check(
      list => list.length > 0 && list.every(text => toKey(text) !== undefined),
      'expected 32 bytes in base64, as "openssl rand -base64 32" makes them',
    ),
    v.transform(list => list.map(text => toKey(text)!)),
  )
