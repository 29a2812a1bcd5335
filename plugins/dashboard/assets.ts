import { type Api, defineApi } from '../../src/contract/api.ts'
import { refuse } from '../../src/errors.ts'
import type { Asset } from '../../views/assets.ts'

/** `GET /assets/:file`: what pages load. The name changes with the content, so browsers keep it for ever. */
export function createAssetsApi(assets: readonly Asset[]): Api[] {
  const byFile = new Map(assets.map(asset => [asset.file, asset]))
  const packed = new Map<string, Promise<ArrayBuffer>>()
  return [
    defineApi({
      method: 'GET',
      path: '/assets/:file',
      access: 'anyone',
      hidden: true,
      tag: 'Dashboard',
      summary: 'A script or style of the dashboard',
      answer: { about: 'The file' },
      async run({ request, params }) {
        const asset =
          byFile.get(params.file ?? '') ?? refuse('not_found', 'There is no such file: reload the page')
        if (!/\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')) return answer(asset, asset.bytes)
        if (!packed.has(asset.file)) packed.set(asset.file, pack(asset.bytes))
        return answer(asset, await packed.get(asset.file)!, { 'content-encoding': 'gzip' })
      },
    }),
  ]
}

const pack = (bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> =>
  new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()

const answer = (
  { type }: Asset,
  body: Uint8Array<ArrayBuffer> | ArrayBuffer,
  more: Readonly<Record<string, string>> = {},
): Response =>
  new Response(body, {
    headers: {
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
      ...more,
    },
  })
