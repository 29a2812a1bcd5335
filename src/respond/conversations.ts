/** The conversations under way, each as the function that asks whether it may go on. */
export interface Conversations {
  /** What it returns is to be called when the conversation is over. */
  add(review: () => void): () => void
  /** Asks all of them, in a moment: whoever calls it may be in the middle of a change. */
  review(): void
}

export function createConversations(): Conversations {
  const open = new Set<() => void>()
  let isDue = false

  function reviewNow(): void {
    isDue = false
    for (const review of open) review()
  }

  return {
    add(review) {
      open.add(review)
      return () => void open.delete(review)
    },
    review() {
      if (isDue || open.size === 0) return
      isDue = true
      queueMicrotask(reviewNow)
    },
  }
}
