import {
  type Heard,
  hear,
  isObject,
  type Json,
  listOf,
  numberOf,
  objectOr,
  type Part,
  printOf,
  textOf,
} from './heard.ts'

/** What Gemini's generateContent understands. Its calls may have no ids: then they are named by their function. */
export function hearGemini(body: Json): Heard {
  const config = objectOr(body.generationConfig)
  const system = listOf(objectOr(body.systemInstruction).parts).map(part => textOf(objectOr(part).text))
  const { mode, allowedFunctionNames } = objectOr(objectOr(body.toolConfig).functionCallingConfig)
  return hear({
    system: system.length === 0 ? undefined : system.join('\n'),
    turns: listOf(body.contents)
      .map(objectOr)
      .map(({ role, parts }) => ({
        role: role === 'model' ? 'assistant' : 'user',
        parts: listOf(parts).map(part => toPart(objectOr(part))),
      })),
    tools: listOf(body.tools).flatMap(tool => listOf(objectOr(tool).functionDeclarations).map(toTool)),
    choice: toChoice(mode, allowedFunctionNames),
    limit: numberOf(config.maxOutputTokens),
    temperature: numberOf(config.temperature),
    topP: numberOf(config.topP),
    topK: numberOf(config.topK),
    seed: numberOf(config.seed),
    frequencyPenalty: numberOf(config.frequencyPenalty),
    presencePenalty: numberOf(config.presencePenalty),
    stop: listOf(config.stopSequences) as string[],
    format:
      config.responseJsonSchema ??
      config.responseSchema ??
      (config.responseMimeType === 'application/json' ? 'json' : undefined),
    effort: config.thinkingConfig,
  })
}

function toPart(part: Json): Part {
  const { text, inlineData, fileData, functionCall, functionResponse, thoughtSignature } = part
  if (isObject(functionCall)) {
    const { name, id, args } = functionCall
    return {
      call: textOf(name),
      id: textOf(id ?? name),
      input: args,
      ...(typeof thoughtSignature === 'string' && { proof: thoughtSignature }),
    }
  }
  if (isObject(functionResponse)) {
    const { name, id, response } = functionResponse
    const { content, output, error, result } = objectOr(response)
    const said = content ?? output ?? error ?? result ?? response
    return {
      result: textOf(id ?? name),
      output: typeof said === 'string' ? said : JSON.stringify(said),
      ...(error !== undefined && { isError: true }),
    }
  }
  if (part.thought === true)
    return {
      thought: textOf(text),
      ...(typeof thoughtSignature === 'string' && { proof: thoughtSignature }),
    }
  if (typeof text === 'string') return { text }
  const { mimeType, data, fileUri } = objectOr(inlineData ?? fileData)
  const print = printOf(data ?? fileUri)
  if (textOf(mimeType).startsWith('image/')) return { image: print }
  return textOf(mimeType).startsWith('audio/') ? { audio: print } : { file: print }
}

function toTool(given: unknown) {
  const { name, description, parameters, parametersJsonSchema } = objectOr(given)
  const schema = parametersJsonSchema ?? parameters
  return {
    name: textOf(name),
    ...(typeof description === 'string' && { description }),
    ...(isObject(schema) && { parameters: schema }),
  }
}

function toChoice(mode: unknown, names: unknown): string | undefined {
  const [only] = listOf(names)
  if (typeof only === 'string') return only
  return { AUTO: 'auto', ANY: 'required', NONE: 'none' }[textOf(mode)]
}
