import { AwsV4Signer } from 'aws4fetch'
import type { UpstreamCall } from '../../../src/contract/provider.ts'
import { refuse } from '../../../src/errors.ts'

export interface AwsCredentials {
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/**
 * Signs calls with AWS Signature Version 4. The signature covers host, date, token and body, and no other header: what
 * a proxy adds or rewrites cannot break it.
 */
export function createSigner(credentials: AwsCredentials, now: () => number) {
  const { region, accessKeyId, secretAccessKey, sessionToken } = credentials
  const cache = new Map<string, ArrayBuffer>()
  return async (call: UpstreamCall): Promise<UpstreamCall> => {
    const { url, method = 'POST', body } = call
    if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array))
      refuse('unsupported_operation', 'Bodies of calls to Bedrock are signed: forms and streams cannot be')
    // Keys that are made of a date are good for a day, and there is no end to days.
    if (cache.size > 100) cache.clear()
    const signer = new AwsV4Signer({
      url,
      method,
      service: 'bedrock',
      region,
      accessKeyId,
      secretAccessKey,
      cache,
      datetime: new Date(now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
      ...(body !== undefined && { body: body as BodyInit }),
      ...(sessionToken !== undefined && { sessionToken }),
    })
    const signed = await signer.sign()
    return { ...call, headers: { ...call.headers, ...Object.fromEntries(new Headers(signed.headers)) } }
  }
}
