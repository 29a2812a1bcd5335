import { all, fields, members } from '../../../src/translate/known.ts'

/** What is read of a body's objects, by the provider or by us. */
const file = members('mimeType data displayName')
const uri = members('mimeType fileUri displayName')
const part = members(
  'text thought thoughtSignature executableCode codeExecutionResult videoMetadata toolCall toolResponse',
  {
    inlineData: file,
    fileData: uri,
    functionCall: members('id name args'),
    functionResponse: members('id name response', {
      parts: members('', { inlineData: file, fileData: uri }),
    }),
  },
)

export const known = fields({
  contents: members('role', { parts: part }),
  systemInstruction: members('role', { parts: members('text') }),
  tools: members(
    'googleSearch googleSearchRetrieval enterpriseWebSearch urlContext codeExecution googleMaps fileSearch computerUse mcpServers retrieval',
    // What comes back is between the client and its tool.
    {
      functionDeclarations: members(
        'name description parameters parametersJsonSchema behavior response responseJsonSchema',
      ),
    },
  ),
  toolConfig: members('', {
    functionCallingConfig: members('mode allowedFunctionNames'),
    retrievalConfig: all,
  }),
  generationConfig: members(
    'temperature topP topK seed presencePenalty frequencyPenalty maxOutputTokens stopSequences candidateCount responseMimeType responseSchema responseJsonSchema _responseJsonSchema responseLogprobs logprobs speechConfig responseModalities mediaResolution imageConfig audioTimestamp',
    { thinkingConfig: members('thinkingBudget thinkingLevel includeThoughts') },
  ),
})
