/** What the dashboard's sign-in needs to know. */
export interface Auth {
  /** Compares in constant time; false when no master key is set. */
  isMasterKey(key: string): boolean
  hasMasterKey(): boolean
}
