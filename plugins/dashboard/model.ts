/** What plugins that know operators by other means than the master key may call. */
export interface Dashboard {
  /** Puts another way in on the sign-in page. */
  offer(way: Way): void
  /** Opens a session, and leads to where its holder wanted to go. */
  admit(request: Request, guest: Guest): Promise<Response>
  /** The sign-in page, with why nobody was let in. */
  turnAway(request: Request, refused: TurnedAway): Response
  /** The value of a cookie, as `cookie` has set it. */
  readCookie(request: Request, name: string): string | undefined
  /** A `set-cookie` that is as well protected as the browser allows; `maxAge` in milliseconds. */
  cookie(request: Request, name: string, value: string, maxAge: number): string
}

/** Another way in. */
export interface Way {
  /** What its button says. */
  readonly label: string
  /** Where it begins, below the base path. Is told in `next` where its holder wants to go. */
  readonly path: `/${string}`
  readonly marks: Marks
}

/** Each is another one whenever other people may be let in this way: whoever came before signs in again. */
export interface Marks {
  /** Of those who may change something. */
  readonly write: string
  /** Of those who only read. */
  readonly read: string
}

export interface Guest {
  /** Who it is, for history and audit trail. */
  readonly name: string
  /** One of those of the way that they came: what they may do. */
  readonly mark: string
  readonly next: string | undefined
  readonly cookies: readonly string[]
}

export interface TurnedAway {
  readonly mistake: string
  readonly status: number
  readonly next: string | undefined
  readonly cookies: readonly string[]
}
