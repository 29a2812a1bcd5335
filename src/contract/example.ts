import type { JsonObject } from '../types.ts'

/** What the API document shows of a call whose bodies belong to a vendor. Nothing that callers send is checked by it. */
export interface Example {
  /** A body that can be sent as it stands; of a form the fields that are texts. */
  readonly body?: JsonObject
  /** What the fields mean that most callers need; others pass, too. */
  readonly fields?: Readonly<Record<string, string>>
  /** Fields of a form that are files, and what they hold. */
  readonly files?: Readonly<Record<string, string>>
  /** The good answer in JSON, as far as callers read it. */
  readonly answer?: JsonObject
}
