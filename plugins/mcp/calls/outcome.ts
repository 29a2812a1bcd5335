/**
 * What became of a call of a tool. `failed`: the tool itself says so. `refused`: by a guardrail. `limited`: by a limit.
 * `error`: its server did not answer, or refused. `gone`: the client went away, or the gateway stopped.
 */
export const outcomes = ['ok', 'failed', 'refused', 'limited', 'error', 'gone'] as const
export type Outcome = (typeof outcomes)[number]
