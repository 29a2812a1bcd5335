import fc from 'fast-check'
import { type As, startWorld, type World, type WorldOptions } from './world.ts'

/** A gateway that denies everything, and says for which user path. */
export async function startDenying(options: WorldOptions = {}): Promise<World> {
  const world = await startWorld({ lists: { vllm: ['alpha'] }, ...options })
  await world.put({ source: '/', enabled: false })
  return world
}

/** The path on whose behalf a request is made, or the status with which it is refused before anybody asks. */
export async function pathOf(world: World, as: As): Promise<unknown> {
  const { code, status, message } = await world.ask('alpha', as)
  return code === 'model_access_denied' ? /user path "(.*)", does not include it$/.exec(message)?.[1] : status
}

export const header = (value: string, name = 'x-modelway-user-path'): As => ({ headers: { [name]: value } })

/** The rule in its own words, letter by letter; 400 for what it refuses. */
export function normalise(text: string): string | 400 {
  const segments = ['']
  for (const letter of text) {
    if (letter === '/') segments.push('')
    else segments.push(segments.pop()! + letter)
  }
  const kept = segments.map(segment => segment.replace(/^\s+|\s+$/g, '')).filter(segment => segment !== '')
  const isBad = kept.some(segment => ['.', '..'].includes(segment) || /[:\t]/.test(segment))
  return isBad ? 400 : `/${kept.join('/')}`
}

const crumbs = [
  '/',
  '/',
  'a',
  'A',
  'team',
  '-',
  ' ',
  '.',
  '..',
  ':',
  '%2f',
  '%2F',
  '%2e',
  '\\',
  '?',
  '#',
  ';',
  '\t',
  '\u00e9',
]
/** Texts that are nearly paths. */
export const text = fc.array(fc.constantFrom(...crumbs), { maxLength: 12 }).map(parts => parts.join(''))
