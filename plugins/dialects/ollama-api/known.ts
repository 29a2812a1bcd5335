import { fields, members } from '../../../src/translate/known.ts'

/** What is read of a body's objects; a thought of another model is for nobody else, and says nothing there. */
export const known = fields({
  messages: members('role content thinking images tool_name tool_call_id name', {
    tool_calls: members('id type', { function: members('index name arguments') }),
  }),
  tools: members('type', { function: members('name description parameters') }),
})
