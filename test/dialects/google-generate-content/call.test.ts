import { describe, expect, test } from 'bun:test'
import { body, call, claude, compatible, promptOf, refusalOf, to, vertex } from './kit.ts'

const PNG = 'aGk='
const functionCall = (id?: string, args = {}) => ({ functionCall: { name: 'go', args, ...(id && { id }) } })
const functionResponse = (response: object, id?: string) => ({
  functionResponse: { name: 'go', response, ...(id && { id }) },
})
const talk = (said: object[], results: object[]) => [
  { role: 'user', parts: [{ text: 'Go' }] },
  { role: 'model', parts: said },
  { role: 'user', parts: results },
]
const declared = { tools: [{ functionDeclarations: [{ name: 'go' }, { name: 'stay' }] }] }

describe('a conversation', () => {
  test('is the same turns', () => {
    const contents = [
      { role: 'user', parts: [{ text: 'Look' }, { inlineData: { mimeType: 'image/png', data: PNG } }] },
      { role: 'model', parts: [{ text: 'I ' }, { text: 'see.' }] },
      { parts: [{ text: 'And?' }] },
    ]
    expect(
      call({ contents, systemInstruction: { parts: [{ text: 'Be' }, { text: 'brief' }] } }).options.prompt,
    ).toEqual([
      { role: 'system', content: 'Be\n\nbrief' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'file', mediaType: 'image/png', data: { type: 'data', data: PNG } },
        ],
      },
      { role: 'assistant', content: [{ type: 'text', text: 'I see.' }] },
      { role: 'user', content: [{ type: 'text', text: 'And?' }] },
    ])
  })

  test.each(['text/csv', 'application/json', 'application/ld+json'])(
    'shows a file of the type %s to who is shown texts as texts',
    mimeType =>
      expect(promptOf([{ parts: [{ inlineData: { mimeType, data: btoa('a,b') } }] }], claude)).toEqual([
        {
          role: 'user',
          content: [{ type: 'file', mediaType: 'text/plain', data: { type: 'text', text: 'a,b' } }],
        },
      ]),
  )

  test('has its bytes in the usual alphabet, whichever a client writes', () => {
    const inlineData = { mimeType: 'image/png', data: '-_-_' }
    expect(promptOf([{ parts: [{ inlineData }] }])[0]!.content).toEqual([
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: '+/+/' } },
    ])
  })

  test.each([
    ['Be brief'],
    [{ parts: [{ text: 'Be brief' }] }],
    [{ parts: { text: 'Be brief' } }],
    [[{ text: 'Be brief' }]],
  ])('takes words of the system as %j', systemInstruction => {
    expect(call({ systemInstruction }).options.prompt[0]).toEqual({ role: 'system', content: 'Be brief' })
  })

  test('is read in the spelling of Python, too, but for names that somebody chose', () => {
    const { options } = call({
      system_instruction: { parts: [{ text: 'Be' }] },
      generation_config: { max_output_tokens: 9, response_mime_type: 'application/json' },
      tools: [
        {
          function_declarations: [
            {
              name: 'go',
              parameters: { type: 'OBJECT', properties: { user_id: { type: 'STRING', max_length: '9' } } },
            },
          ],
        },
      ],
    })
    expect(options).toMatchObject({ maxOutputTokens: 9, responseFormat: { type: 'json' } })
    expect(options.tools).toMatchObject([
      { inputSchema: { properties: { user_id: { type: 'string', maxLength: 9 } } } },
    ])
    expect(refusalOf({ system_instruction: 'a', systemInstruction: 'b' }).code).toBe('invalid_request')
  })

  test('that is spelled as the documentation has it is not copied', () => {
    const same = { contents: [{ parts: [{ functionCall: { name: 'a', args: { a_b: 1 } } }] }] }
    expect(body(same).contents).toBe(same.contents)
  })

  test.each([
    [{ contents: [] }, 'contents'],
    [{ contents: 'Hi' }, 'contents'],
    [{ contents: [{ role: 'assistant', parts: [] }] }, 'contents[0].role'],
    [
      { contents: [{ parts: [{ inlineData: { mimeType: 'png', data: PNG } }] }] },
      'contents[0].parts[0].inlineData.mimeType',
    ],
    [
      { contents: [{ parts: [{ fileData: { fileUri: 'file:///etc/passwd' } }] }] },
      'contents[0].parts[0].fileData.fileUri',
    ],
    [{ contents: [{ parts: [functionResponse({})] }] }, 'contents[0].parts[0].functionResponse'],
    [{ generationConfig: { temperature: 'hot' } }, 'generationConfig.temperature'],
    [{ generationConfig: { responseMimeType: 'text/html' } }, 'generationConfig.responseMimeType'],
    [
      { ...declared, toolConfig: { functionCallingConfig: { mode: 'auto' } } },
      'toolConfig.functionCallingConfig.mode',
    ],
  ])('is refused by name where it cannot be read: %j', (more, param) => {
    expect(refusalOf(more)).toEqual({ code: 'invalid_request', param })
  })
})

describe('calls of tools', () => {
  const ids = (contents: unknown) => {
    const prompt = promptOf(contents)
    return prompt.flatMap(({ content }) =>
      typeof content === 'string'
        ? []
        : content.flatMap(part => ('toolCallId' in part ? [`${part.type} ${part.toolCallId}`] : [])),
    )
  }

  test('keep their ids', () => {
    const contents = talk(
      [functionCall('a'), functionCall('b')],
      [functionResponse({}, 'b'), functionResponse({}, 'a')],
    )
    expect(ids(contents)).toEqual(['tool-call a', 'tool-call b', 'tool-result b', 'tool-result a'])
  })

  test('without ids are answered in their order', () => {
    const contents = talk([functionCall(), functionCall()], [functionResponse({}), functionResponse({})])
    expect(ids(contents)).toEqual([
      'tool-call call_1',
      'tool-call call_2',
      'tool-result call_1',
      'tool-result call_2',
    ])
  })

  test('are answered by name where the result has an id of its own', () => {
    expect(ids(talk([functionCall()], [functionResponse({}, 'mine')]))).toEqual([
      'tool-call call_1',
      'tool-result call_1',
    ])
  })

  test('give back what they were told', () => {
    const outputOf = (response: object, to_ = compatible) => {
      const [, , message] = promptOf(talk([functionCall('a')], [functionResponse(response, 'a')]), to_)
      const [part] = message!.role === 'tool' ? message!.content : []
      return part?.type === 'tool-result' ? part.output : undefined
    }
    expect(outputOf({ output: '21' })).toEqual({ type: 'text', value: '21' })
    expect(outputOf({ result: { a: 1 } })).toEqual({ type: 'json', value: { a: 1 } })
    expect(outputOf({ a: 1, output: 2 })).toEqual({ type: 'json', value: { a: 1, output: 2 } })
    expect(outputOf({ error: 'no road' })).toEqual({ type: 'error-text', value: 'Error: no road' })
    expect(outputOf({ error: 'no road' }, claude)).toEqual({ type: 'error-text', value: 'no road' })
  })

  test('stand before what a user says beside their results, and files follow where results hold none', () => {
    const file = { inlineData: { mimeType: 'image/png', data: PNG } }
    const response = { functionResponse: { id: 'a', name: 'go', response: {}, parts: [file] } }
    const contents = talk([functionCall('a')], [{ text: 'Here' }, response])
    expect(promptOf(contents).map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'user'])
    expect(promptOf(contents)[3]!.content).toHaveLength(3)
    expect(promptOf(contents, claude)[3]!.content).toHaveLength(1)
  })

  test('are declared in the schema of Google, or in JSON Schema', () => {
    const parameters = {
      type: 'OBJECT',
      properties: {
        city: { type: 'STRING', nullable: true, enum: ['Bern'], format: 'enum' },
        days: { type: 'ARRAY', items: { type: 'INTEGER', format: 'int32' }, minItems: '1' },
        any: { anyOf: [{ type: 'NUMBER' }, { type: 'STRING' }], nullable: true },
      },
      required: ['city'],
      propertyOrdering: ['days', 'city'],
    }
    const functionDeclarations = [
      { name: 'a', description: 'A.', parameters },
      { name: 'b', parametersJsonSchema: { type: 'object', $defs: { X_Y: {} } } },
      { name: 'c' },
    ]
    expect(call({ tools: [{ functionDeclarations }] }).options.tools).toEqual([
      {
        type: 'function',
        name: 'a',
        description: 'A.',
        inputSchema: {
          type: 'object',
          properties: {
            city: { type: ['string', 'null'], enum: ['Bern', null] },
            days: { type: 'array', items: { type: 'integer' }, minItems: 1 },
            any: { anyOf: [{ type: 'number' }, { type: 'string' }, { type: 'null' }] },
          },
          required: ['city'],
        },
      },
      { type: 'function', name: 'b', inputSchema: { type: 'object', properties: {}, $defs: { X_Y: {} } } },
      { type: 'function', name: 'c', inputSchema: { type: 'object', properties: {} } },
    ])
  })

  test.each([
    [{ mode: 'AUTO' }, { type: 'auto' }, ['go', 'stay']],
    [{ mode: 'NONE' }, { type: 'none' }, ['go', 'stay']],
    [{ mode: 'ANY' }, { type: 'required' }, ['go', 'stay']],
    [{ mode: 'ANY', allowedFunctionNames: ['go', 'stay'] }, { type: 'required' }, ['go', 'stay']],
    [{ mode: 'ANY', allowedFunctionNames: ['stay'] }, { type: 'tool', toolName: 'stay' }, ['stay']],
  ])('are chosen by %j', (functionCallingConfig, toolChoice, names) => {
    const { options } = call({ ...declared, toolConfig: { functionCallingConfig } })
    expect([options.toolChoice, options.tools!.map(({ name }) => name)]).toEqual([toolChoice as never, names])
  })

  test('that run at Google: its own there, a search elsewhere, left out with a word beside others, refused alone', () => {
    const search = { tools: [{ googleSearch: {} }] }
    const both = { tools: [...declared.tools, { googleSearch: {} }] }
    expect(call(search, vertex).options.tools).toMatchObject([{ id: 'google.google_search' }])
    expect(call(search, claude).options.tools).toMatchObject([{ id: 'anthropic.web_search_20250305' }])
    expect(call(both).warnings).toEqual([expect.stringMatching(/^tools\[1\]\.googleSearch: /)])
    expect(refusalOf(search)).toEqual({ code: 'unsupported_parameter', param: 'tools[0].googleSearch' })
    expect(refusalOf({ tools: [{ newTool: {} }] })).toEqual({
      code: 'unsupported_parameter',
      param: 'tools[0].newTool',
    })
  })
})

describe('what steers an answer', () => {
  test('is the same there', () => {
    const generationConfig = {
      temperature: 0.5,
      topP: 0.9,
      topK: 7,
      seed: 3,
      maxOutputTokens: 99,
      stopSequences: ['END'],
    }
    expect(call({ generationConfig }).options).toMatchObject({
      temperature: 0.5,
      topP: 0.9,
      topK: 7,
      seed: 3,
      maxOutputTokens: 99,
      stopSequences: ['END'],
    })
  })

  test('is a schema for the answer, in words where there is no mode for JSON', () => {
    const json = { responseMimeType: 'application/json' }
    const { responseFormat } = call({
      generationConfig: { ...json, responseSchema: { type: 'STRING' } },
    }).options
    expect(responseFormat).toEqual({ type: 'json', schema: { type: 'string' } })
    const { options, warnings } = call({ generationConfig: json }, claude)
    expect(options.prompt[0]).toMatchObject({ role: 'system', content: expect.stringContaining('JSON') })
    expect(warnings).toEqual([expect.stringContaining('responseMimeType')])
  })

  test.each([
    [{ thinkingBudget: 2000 }, compatible, { reasoning: 'low' }],
    [{ thinkingBudget: 0 }, compatible, { reasoning: 'none' }],
    [{ thinkingBudget: -1 }, compatible, {}],
    [{ thinkingLevel: 'HIGH' }, compatible, { reasoning: 'high' }],
    [
      { thinkingBudget: 2000, includeThoughts: true },
      to('google', 'gemini-2.5-pro'),
      { providerOptions: { google: { thinkingConfig: { thinkingBudget: 2000, includeThoughts: true } } } },
    ],
  ])('is how much it thinks: %j', (thinkingConfig, destination, expected) => {
    const { reasoning, providerOptions } = call({ generationConfig: { thinkingConfig } }, destination).options
    expect({ ...(reasoning && { reasoning }), ...(providerOptions && { providerOptions }) }).toEqual(
      expected as never,
    )
  })
})
