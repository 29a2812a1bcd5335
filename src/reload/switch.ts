import type { Connection } from '../exchange.ts'
import type { Gateway } from '../gateway.ts'
import type { Awaitable } from '../types.ts'

/** The place behind the socket, where one gateway can follow another. */
export interface Switch {
  fetch(request: Request, connection: Connection): Awaitable<Response>
  current(): Gateway
  /** The one that serves when nobody is about to take its place any more. */
  settled(): Promise<Gateway>
  /** Nobody takes over any more. */
  isStopping(): boolean
  /**
   * Builds the next gateway and lets it take over; the one before finishes in the background what it has begun. False
   * where a stop came first: then all stays as it is.
   */
  replace(build: (before: Gateway) => Promise<Gateway>): Promise<boolean>
  /** For a write that waits for the next gateway: that one is not kept waiting in turn. */
  aside<T>(write: () => Promise<T>): Promise<T>
  /** Stops them all, as soon as the drain time allows, and with them one that is just being built. */
  stop(): Promise<void>
}

/** A gateway that was replaced may take a day for its last answer. */
const PATIENCE = 86_400_000
/** Writes are short; one that hangs must not hold up a reload for ever (milliseconds). */
const LONGEST_WRITE = 10_000

interface Post {
  readonly gateway: Gateway
  /** Calls without an answer yet, and those of them that write. */
  calls: number
  writes: number
  /** Those of the writes that wait for the next gateway. */
  aside: number
  tell: () => void
}

export function createSwitch(first: Gateway): Switch {
  let post = toPost(first)
  const leaving = new Set<Post>()
  /** Set while a successor is built: what an operator writes in between would be missing from its memory. */
  let opening: Promise<void> | undefined
  let isStopping = false

  function fetch(request: Request, connection: Connection): Awaitable<Response> {
    const writes = isWrite(request) ? 1 : 0
    if (writes && opening !== undefined) return opening.then(() => fetch(request, connection))
    return call(post, request, connection, writes)
  }

  /** What has an answer is known to the gateway itself, which waits for the end of its streams. */
  async function retire(old: Post): Promise<void> {
    leaving.add(old)
    await until(old, () => old.calls === 0)
    await old.gateway.stop(PATIENCE)
    leaving.delete(old)
  }

  return {
    fetch,
    current: () => post.gateway,
    async settled() {
      await opening
      return post.gateway
    },
    isStopping: () => isStopping,
    async replace(build) {
      let open = () => {}
      opening = new Promise(resolve => {
        open = resolve
      })
      try {
        const old = post
        if (writesOf(old) > 0)
          await Promise.race([until(old, () => writesOf(old) === 0), pause(LONGEST_WRITE)])
        if (isStopping) return false
        const next = await build(old.gateway)
        // Whoever was told meanwhile that this gateway is not ready must not find another one that is.
        if (isStopping) {
          await next.stop(0)
          return false
        }
        post = toPost(next)
        void retire(old)
        return true
      } finally {
        opening = undefined
        open()
      }
    },
    async aside(write) {
      const mine = post
      mine.aside++
      mine.tell()
      try {
        return await write()
      } finally {
        mine.aside--
      }
    },
    async stop() {
      isStopping = true
      await Promise.all([opening, ...[post, ...leaving].map(({ gateway }) => gateway.stop())])
    },
  }
}

/** Counts a call until it has an answer. */
function call(post: Post, request: Request, connection: Connection, writes: number): Awaitable<Response> {
  post.calls++
  post.writes += writes
  const leave = () => {
    post.calls--
    post.writes -= writes
    if (post.calls === 0 || writesOf(post) === 0) post.tell()
  }
  const answer = post.gateway.fetch(request, connection)
  if (answer instanceof Promise) answer.then(leave, leave)
  else leave()
  return answer
}

const toPost = (gateway: Gateway): Post => ({ gateway, calls: 0, writes: 0, aside: 0, tell: () => {} })

/** Those that end by themselves. */
const writesOf = ({ writes, aside }: Post): number => writes - aside

async function until(post: Post, holds: () => boolean): Promise<void> {
  while (!holds())
    await new Promise<void>(resolve => {
      post.tell = resolve
    })
}

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** What changes the memory of a gateway: the admin API, and the forms of the dashboard. */
export const isWrite = ({ method, url }: Request): boolean =>
  method !== 'GET' && method !== 'HEAD' && /\/(?:admin|dashboard|sign-in|sign-out)(?:\/|$|\?)/.test(url)
