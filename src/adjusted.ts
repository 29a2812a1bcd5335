import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
} from '@ai-sdk/provider'

export interface Adjustments {
  /** Changes what is asked. */
  readonly options?: (options: LanguageModelV4CallOptions) => LanguageModelV4CallOptions
  /** Changes a whole answer. */
  readonly result?: (result: LanguageModelV4GenerateResult) => LanguageModelV4GenerateResult
}

/** A package's model with some of its calls and answers changed. */
export const adjusted = (
  model: LanguageModelV4,
  { options: ask = same, result: told = same }: Adjustments,
): LanguageModelV4 => ({
  specificationVersion: model.specificationVersion,
  provider: model.provider,
  modelId: model.modelId,
  supportedUrls: model.supportedUrls,
  doGenerate: async options => told(await model.doGenerate(ask(options))),
  doStream: async options => model.doStream(ask(options)),
})

const same = <T>(value: T): T => value

/** Adds to the options that one package reads. */
export const withOptions = (
  options: LanguageModelV4CallOptions,
  key: string,
  more: NonNullable<LanguageModelV4CallOptions['providerOptions']>[string],
): LanguageModelV4CallOptions => ({
  ...options,
  providerOptions: { ...options.providerOptions, [key]: { ...options.providerOptions?.[key], ...more } },
})
