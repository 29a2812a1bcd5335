/** What is asked of a server: a tool is called, a prompt or a resource is read. */
export const kinds = ['tool', 'prompt', 'resource'] as const
export type Kind = (typeof kinds)[number]

/**
 * What became of it. `failed`: the tool itself says so. `refused`: by a guardrail. `limited`: by a limit.
 * `error`: its server did not answer, or refused. `gone`: the client went away, or the gateway stopped.
 */
export const outcomes = ['ok', 'failed', 'refused', 'limited', 'error', 'gone'] as const
export type Outcome = (typeof outcomes)[number]
