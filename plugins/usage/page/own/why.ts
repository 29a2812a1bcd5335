import type { Code } from '../../../../src/errors.ts'

/** Why a call failed, for whoever made it: what the codes of refusals mean, and who can do something about it. */
export const why: Readonly<Record<Code, string>> = {
  invalid_request: 'The request could not be read, or the model did not accept it',
  unsupported_parameter: 'The model cannot do what a field asks for',
  unsupported_operation: 'The model does not offer this',
  guardrail_blocked: 'A guardrail does not let through what it says',
  invalid_api_key: 'The key was not accepted',
  identity_unavailable: 'Who calls could not be told for a moment',
  forbidden: 'This is not allowed to you',
  model_access_denied: 'This model is not open to you',
  model_not_found: 'No model has this name',
  not_found: 'There is no such thing',
  method_not_allowed: 'The address takes other methods',
  conflict: 'It contradicted what was stored',
  version_conflict: 'Somebody else had changed it meanwhile',
  request_too_large: 'The request was too large',
  invalid_value: 'A value could not be used',
  rate_limit_exceeded: 'Too much for the moment: try again',
  quota_exceeded: 'A limit is used up',
  client_closed: 'You hung up before the answer was complete',
  internal_error: 'The gateway failed: tell whoever runs it the id',
  upstream_error: 'The provider failed',
  upstream_unreachable: 'The provider could not be reached',
  upstream_rejected: 'The provider did not accept the gateway: tell whoever runs it',
  upstream_invalid: 'The provider answered what nobody could read',
  upstream_cut: 'The answer broke off',
  database_unavailable: 'The gateway could not look something up for a moment',
  model_unavailable: 'No model was left to answer for the moment',
  guardrail_unavailable: 'A service that has to agree did not answer',
  shutting_down: 'The gateway was being stopped',
  upstream_timeout: 'The provider was silent for too long',
  loop_detected: 'The call came back to the gateway, again and again',
  upstream_overloaded: 'The provider was overloaded',
}

export const whyOf = (code: string): string | undefined =>
  Object.hasOwn(why, code) ? why[code as Code] : undefined
