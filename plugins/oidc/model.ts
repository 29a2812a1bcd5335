/** What clients need to know that sign their people in by themselves. */
export interface SignOn {
  /** Identity providers whose tokens callers may bring; none where callers come with keys only. */
  readonly issuers: readonly string[]
  /** What clients ask them for, so that the tokens are good here. */
  readonly scopes: readonly string[]
}
