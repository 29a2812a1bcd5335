import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { withLayer } from '../../../src/translate/layer.ts'

type Format = NonNullable<LanguageModelV4CallOptions['responseFormat']>

/**
 * Of `response_format` Cohere says: "not supported when used in combinations with the `documents` or `tools` parameters". Who
 * asks for both keeps the tools, and the model is told in words what the answer has to be.
 */
export const withJsonBesideTools = (model: LanguageModelV4): LanguageModelV4 =>
  withLayer(model, options => {
    const { responseFormat, tools = [], prompt } = options
    if (responseFormat?.type !== 'json' || tools.length === 0) return { options }
    const { responseFormat: _, ...rest } = options
    return {
      options: { ...rest, prompt: [{ role: 'system', content: toWords(responseFormat) }, ...prompt] },
      warnings: [{ type: 'other', message: WHY }],
    }
  })

const WHY =
  'response_format: this provider takes none beside tools, so its model is told in words, without a guarantee'

function toWords(format: Format & { readonly type: 'json' }): string {
  const { schema } = format
  const only =
    'When you answer, answer with one JSON object and nothing else: no text around it, no Markdown.'
  return schema === undefined ? only : `${only} It follows this JSON schema:\n${JSON.stringify(schema)}`
}
