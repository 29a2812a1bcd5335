import type { Prompt, Tool } from '@modelcontextprotocol/client'
import type { Leaf } from '../../src/database/look-back.ts'
import type { UserPath } from '../../src/types.ts'
import type { Kind, Outcome } from './calls/outcome.ts'
import type { Question, ToolRecord } from './calls/records.ts'
import type { Change } from './review/review.ts'

/** An MCP server that an operator has configured. */
export interface McpServer {
  readonly name: string
  readonly url: string
  /** Hold its credentials: never to be logged or shown. */
  readonly headers: Readonly<Record<string, string>>
  /** Who may use it; absent: everybody. */
  readonly userPaths?: ReadonlySet<UserPath>
  /** It is told for whom a tool is called, in a header. */
  readonly forwardsUserPath: boolean
  /** A tool that operators have not accepted as it is stays closed. */
  readonly reviewsChanges: boolean
  /** What a call of one of its tools costs, in nano-dollars, where an operator has said it. */
  readonly price?: number
  /** Takes its credentials out of what it says, wherever they stand. */
  hide<T>(said: T): T
  /** May this tool be used at all? */
  offers(tool: string): boolean
}

/** What a server has told of itself. */
export interface Offer {
  readonly tools: readonly Tool[]
  readonly prompts: readonly Prompt[]
  readonly hasResources: boolean
  /** What it wants models to know. */
  readonly instructions?: string
  /** The version of the protocol that is spoken with it: a date. */
  readonly protocol: string
  /** Its name and version, in its own words. */
  readonly software?: string
}

/** How a server stands. */
export interface Standing {
  /** `new`: it was not asked yet. `away`: it could not be asked when it was last tried. */
  readonly state: 'new' | 'ready' | 'away'
  /** The last that it told; it stays while the server is away. */
  readonly offer?: Offer
  /** Why it could not be asked, in words of ours. */
  readonly error?: string
  /** When it was last asked (milliseconds since 1970). */
  readonly askedAt?: number
}

export interface Counted {
  readonly server: string
  readonly kind: Kind
  /** Empty for resources, which are counted together. */
  readonly name: string
  readonly outcome: Outcome
  readonly count: number
}

/** A server with all that its page shows. */
export interface ServerView {
  readonly server: McpServer
  readonly standing: Standing
  /** Of the tools that may be used, those that are others than operators have accepted. */
  readonly changes: readonly Change[]
}

/** What the page and the admin API see. */
export interface Tools {
  servers(): readonly ServerView[]
  /** In this worker. */
  counted(): readonly Counted[]
  /** In all of them. */
  countedEverywhere(): Promise<readonly Counted[]>
  /** What became of calls, and of what was read, one by one. */
  records(question: Question): Promise<Leaf<ToolRecord>>
  /** These changes are as they should be. The other workers hear of it. */
  accept(server: string, changes: readonly Change[]): Promise<void>
  /** Asks servers anew: the named one, or all. The other workers do the same. */
  refresh(name?: string): Promise<void>
}
