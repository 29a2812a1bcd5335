import type { PotLine } from './lines.ts'

/** Where several gateways share the room, none hears that another has given some back: it looks (milliseconds). */
const LOOK = 100

interface LooksOptions {
  /** Lets in whose turn it is, one after the other, until there is no room. */
  readonly letIn: (at: PotLine) => Promise<void>
  /** Other gateways have the same room. */
  readonly isShared: () => boolean
}

/** Looks at lines when there may be room: never twice at once at one of them, and once more where it was asked meanwhile. */
export function createLooks({ letIn, isShared }: LooksOptions): (at: PotLine) => Promise<void> {
  /** The lines that are looked at now, and whether somebody has asked for one more look. */
  const underWay = new Map<PotLine, { isAskedAgain: boolean }>()
  const soon = new Set<PotLine>()

  async function look(at: PotLine): Promise<void> {
    const other = underWay.get(at)
    if (other !== undefined) {
      other.isAskedAgain = true
      return
    }
    const own = { isAskedAgain: true }
    underWay.set(at, own)
    try {
      while (own.isAskedAgain) {
        own.isAskedAgain = false
        await letIn(at)
      }
    } finally {
      underWay.delete(at)
    }
    if (at.line.size > 0 && isShared()) lookSoon(at)
  }

  /** All gateways that share the room do so, each at moments of its own. */
  function lookSoon(at: PotLine): void {
    if (soon.has(at)) return
    soon.add(at)
    const again = () => {
      soon.delete(at)
      void look(at)
    }
    setTimeout(again, LOOK * (0.5 + Math.random()))
  }

  return look
}
