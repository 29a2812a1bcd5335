import { PIXEL } from '../mock/images.ts'
import { answerSchema, call, weather } from './cases/shared.ts'
import { entries, hello, PDF } from './feature.ts'

const user = (...parts: unknown[]) => ({ contents: [{ role: 'user', parts }] })
const text = { text: hello }
const inline = (mimeType: string, data: string) => ({ inlineData: { mimeType, data } })
const config = (generationConfig: object) => ({ generationConfig })
const tools = { tools: [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: weather }] }] }
const beside = (tool: object) => [{ tools: [...tools.tools, tool] }, tools] as const
const mode = (functionCallingConfig: object) =>
  [{ ...tools, toolConfig: { functionCallingConfig } }, tools] as const
const turn = (...parts: unknown[]) => ({
  contents: [
    { role: 'user', parts: [text] },
    { role: 'model', parts: [...parts, { text: 'There.' }] },
    { role: 'user', parts: [{ text: 'And then?' }] },
  ],
})
const used = (response: object, more: object = {}) => ({
  ...tools,
  contents: [
    { role: 'user', parts: [text] },
    { role: 'model', parts: [{ functionCall: { name: call.name, args: call.arguments } }] },
    { role: 'user', parts: [{ functionResponse: { name: call.name, response, ...more } }] },
  ],
})
const picture = inline('image/png', PIXEL)
const json = 'application/json'

export const google = entries({
  '`systemInstruction`': { systemInstruction: { parts: [{ text: 'Be brief.' }] } },
  'a picture': user(text, picture),
  'a PDF': user(text, inline('application/pdf', PDF)),
  sound: user(text, inline('audio/wav', 'UklGRg==')),
  'a film': user(text, inline('video/mp4', 'AAAA')),
  'a file that was uploaded': user(text, {
    fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc' },
  }),
  tools,
  '`parameters` in the form of Google': {
    tools: [{ functionDeclarations: [{ name: 'weather', parameters: { type: 'OBJECT', properties: {} } }] }],
  },
  'a result of a tool': used({ output: '21 °C' }),
  'a result that failed': [used({ error: 'No such place' }), used({ output: 'No such place' })],
  'a result with a picture': [used({ output: 'Here.' }, { parts: [picture] }), used({ output: 'Here.' })],
  'several calls, several results': {
    ...tools,
    contents: [
      { role: 'user', parts: [text] },
      { role: 'model', parts: [1, 2].map(n => ({ functionCall: { name: 'weather', args: { n } } })) },
      { role: 'user', parts: [1, 2].map(n => ({ functionResponse: { name: 'weather', response: { n } } })) },
    ],
  },
  '`functionCallingConfig`: NONE': mode({ mode: 'NONE' }),
  '`functionCallingConfig`: ANY': mode({ mode: 'ANY' }),
  '`functionCallingConfig`: one tool': mode({ mode: 'ANY', allowedFunctionNames: ['weather'] }),
  '`googleSearch`': { tools: [{ googleSearch: {} }] },
  '`googleSearch` beside tools': beside({ googleSearch: {} }),
  '`urlContext`': { tools: [{ urlContext: {} }] },
  '`urlContext` beside tools': beside({ urlContext: {} }),
  '`codeExecution`': { tools: [{ codeExecution: {} }] },
  '`codeExecution` beside tools': beside({ codeExecution: {} }),
  '`temperature`': config({ temperature: 0.5 }),
  '`topP`': config({ topP: 0.5 }),
  '`topK`': config({ topK: 7 }),
  '`seed`': config({ seed: 7 }),
  '`presencePenalty`': config({ presencePenalty: 0.5 }),
  '`frequencyPenalty`': config({ frequencyPenalty: 0.5 }),
  '`maxOutputTokens`': config({ maxOutputTokens: 2000 }),
  '`stopSequences`': config({ stopSequences: ['END'] }),
  '`candidateCount`: 2': config({ candidateCount: 2 }),
  '`responseLogprobs`': config({ responseLogprobs: true }),
  '`responseMimeType`: JSON': config({ responseMimeType: json }),
  '`responseSchema`': config({ responseMimeType: json, responseSchema: { type: 'OBJECT', properties: {} } }),
  '`responseJsonSchema`': config({ responseMimeType: json, responseJsonSchema: answerSchema }),
  '`responseModalities`: pictures': config({ responseModalities: ['TEXT', 'IMAGE'] }),
  '`speechConfig`': config({ speechConfig: { languageCode: 'de-DE' } }),
  '`mediaResolution`': config({ mediaResolution: 'MEDIA_RESOLUTION_LOW' }),
  '`thinkingBudget`': config({ maxOutputTokens: 3000, thinkingConfig: { thinkingBudget: 2000 } }),
  '`thinkingBudget`: 0': config({ thinkingConfig: { thinkingBudget: 0 } }),
  '`thinkingLevel`': config({ maxOutputTokens: 3000, thinkingConfig: { thinkingLevel: 'HIGH' } }),
  '`includeThoughts`': config({ thinkingConfig: { includeThoughts: true } }),
  'a thought of a turn, signed by another model': [
    turn({ thought: true, text: 'Hm.', thoughtSignature: 'c2lnbmVk' }),
    turn(),
  ],
  'a picture of a turn': [turn(picture), turn()],
  'code that ran in a turn': [
    turn(
      { executableCode: { language: 'PYTHON', code: 'print(1)' } },
      { codeExecutionResult: { output: '1' } },
    ),
    turn(),
  ],
  '`safetySettings`': {
    safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
  },
  '`cachedContent`': { cachedContent: 'cachedContents/abc' },
  '`labels`': { labels: { team: 'alpha' } },
})
