/** What other plugins may ask the catalog. */
export interface Catalog {
  /** What is waited for before a name is called unknown; undefined where there is nothing to wait for. */
  newsFor(name: string): Promise<void> | undefined
}
