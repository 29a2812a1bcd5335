import type { SharedV4ProviderOptions } from '@ai-sdk/provider'
import type { JsonObject } from '../types.ts'

/** Options as a package wants them: `{ key: {…} }`; undefined where there are none. */
export const under = (key: string, options: JsonObject | undefined): SharedV4ProviderOptions | undefined =>
  options === undefined || Object.keys(options).length === 0
    ? undefined
    : ({ [key]: options } as SharedV4ProviderOptions)
