import { spell } from './name.tsx'

/** What history says where nobody knows the person → in words. */
const ways: Readonly<Record<string, string>> = {
  master: 'Master key',
  session: 'Master key, in the dashboard',
  token: 'Token without a name',
  loopback: 'This machine',
  unknown: 'Not known',
}

/** Who made a change: a person, or the way in. */
export const authorText = (author: string): string =>
  Object.hasOwn(ways, author) ? ways[author]! : spell(author)
