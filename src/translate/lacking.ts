import type { Warn } from '../contract/provider.ts'

/**
 * Whether a reader of tools says that a provider does without one that runs at others. What is wrong with the call is said
 * where it is made.
 */
export function isLacking(read: (lack: Warn) => unknown): boolean {
  let isToldOf = false
  try {
    read(() => {
      isToldOf = true
    })
  } catch {
    return false
  }
  return isToldOf
}
