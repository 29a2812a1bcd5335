import { objectOf } from '../../../src/contract/loose-json.ts'
import type { Model } from '../../../src/contract/model.ts'
import { includes } from '../../../src/vendors/model-facts.ts'
import { type ListShape, readPages, withParameter } from '../../../src/vendors/model-list.ts'
import type { ListSetup } from '../../../src/vendors/model-provider.ts'

/** Models that can be called by their own id, and those that are callable through a profile only. */
const foundation: ListShape = {
  list: 'modelSummaries',
  read: ({ modelId, providerName, inferenceTypesSupported: types, inputModalities, modelLifecycle }) =>
    Array.isArray(types) && types.includes('ON_DEMAND')
      ? {
          id: modelId,
          ownedBy: String(providerName).toLowerCase(),
          facts: {
            images: includes(inputModalities, 'IMAGE'),
            retiresOn: objectOf(modelLifecycle).endOfLifeTime,
          },
        }
      : undefined,
}

/** `us.anthropic.claude-…`: the same models, served from several regions. Those that customers make have an ARN. */
const profiles = (type: 'SYSTEM_DEFINED' | 'APPLICATION'): ListShape => ({
  list: 'inferenceProfileSummaries',
  read: ({ inferenceProfileId, inferenceProfileArn, status }) =>
    status === 'ACTIVE'
      ? { id: type === 'APPLICATION' ? inferenceProfileArn : inferenceProfileId, ownedBy: 'aws' }
      : undefined,
  next: ({ nextToken }, url) => withParameter(url, 'nextToken', nextToken),
})

/** Asks the control plane. Needs the rights `bedrock:ListFoundationModels` and `bedrock:ListInferenceProfiles`. */
export async function listModels(
  { provider, get }: Pick<ListSetup, 'provider' | 'get'>,
  controlPlane: string,
): Promise<readonly Model[]> {
  const read = (path: string, shape: ListShape) =>
    readPages({ provider, url: controlPlane + path, get, shape })
  const lists = await Promise.all([
    read('/foundation-models', foundation),
    read('/inference-profiles?maxResults=1000&type=SYSTEM_DEFINED', profiles('SYSTEM_DEFINED')),
    read('/inference-profiles?maxResults=1000&type=APPLICATION', profiles('APPLICATION')),
  ])
  return lists.flat()
}
