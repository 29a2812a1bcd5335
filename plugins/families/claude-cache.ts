import { countOf, listOf, objectOf } from '../../src/contract/loose-json.ts'
import type { JsonObject } from '../../src/types.ts'

/**
 * Tokens that were written to the cache for an hour, in a report of usage as AWS writes it:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CacheDetail.html
 */
export const hourOf = ({ cacheDetails }: JsonObject): number =>
  listOf(cacheDetails)
    .map(objectOf)
    .filter(({ ttl }) => ttl === '1h')
    .reduce((sum, { inputTokens }) => sum + countOf(inputTokens), 0)
