import { spellDuration } from '../contract/settings.ts'
import type { Notes } from './shape.ts'

const sizes = [
  [1024 ** 3, 'G'],
  [1024 ** 2, 'M'],
  [1024, 'k'],
] as const

/** A value as the config file would say it: `600000` milliseconds are `10m`. Nothing at all is not set. */
export function spell(value: unknown, unit: Notes['unit']): unknown {
  if (value === '' || value === null || (Array.isArray(value) && value.length === 0)) return undefined
  if (typeof value === 'number' && unit !== undefined && value !== 0)
    return unit === 'size' ? spellSize(value) : spellDuration(value)
  if (isPlain(value) && Object.keys(value).length === 0) return undefined
  return value
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** In the largest unit of which it is a whole number. */
function spellSize(value: number): string | number {
  const unit = sizes.find(([size]) => value % size === 0)
  return unit === undefined ? value : `${value / unit[0]}${unit[1]}`
}
