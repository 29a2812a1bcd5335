import type { Concern, Watch } from '../concerns/model.ts'
import type { ServerView, Tools } from './model.ts'

/** MCP servers that could not be asked, and those that have changed their tools. */
export const createToolWatch = (tools: Pick<Tools, 'servers'>): Watch => ({
  kind: 'mcp',
  many: 'MCP servers that cannot be asked, or have changed',
  act: 'Tools',
  place: '/tools',
  look: () => tools.servers().flatMap(view => [...awayOf(view), ...changedOf(view)]),
})

const shared = { act: 'See the server', place: '/tools' } as const

const awayOf = ({ server: { name }, standing }: ServerView): readonly Concern[] =>
  standing.state !== 'away'
    ? []
    : [
        {
          ...{ ...shared, about: name, tone: 'bad' },
          words: ['The MCP server ', { name }, ` ${standing.error}: its tools cannot be called.`],
        },
      ]

function changedOf({ server: { name, reviewsChanges }, changes }: ServerView): readonly Concern[] {
  if (changes.length === 0) return []
  const isOne = changes.length === 1
  const closed = `${isOne ? 'It is' : 'They are'} closed until somebody accepts ${isOne ? 'it' : 'them'}.`
  return [
    {
      ...{ ...shared, about: `${name} changes`, tone: 'amber' },
      words: [
        'The MCP server ',
        { name },
        ` has ${isOne ? 'a tool that is' : `${changes.length} tools that are`} new, or changed.${reviewsChanges ? ` ${closed}` : ''}`,
      ],
    },
  ]
}
