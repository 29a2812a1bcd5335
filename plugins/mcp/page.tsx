import type { Child } from 'hono/jsx'
import {
  type ActionResult,
  definePage,
  type Form,
  type Page,
  type PageRequest,
} from '../../src/contract/page.ts'
import { text } from '../../src/door/form.ts'
import { refuse } from '../../src/errors.ts'
import { count } from '../../views/format.ts'
import { Notice } from '../../views/notice.tsx'
import type { Tools } from './model.ts'
import { Servers, type ToolsData, ToolsView } from './page/views.tsx'
import { chosenChanges } from './review/chosen-changes.ts'

export interface ToolsPageDeps {
  readonly tools: Tools
  readonly now: () => number
  /** Agents are told where their people sign in. */
  readonly hasSignOn: boolean
  /** What the operator calls the config file. */
  readonly configFile: string | undefined
}

/** Which MCP servers there are, what they offer, and how agents are led to them. */
export function createToolsPage({ tools, now, hasSignOn, configFile }: ToolsPageDeps): Page {
  const load = async (): Promise<ToolsData> => ({
    servers: tools.servers(),
    counts: await tools.countedEverywhere(),
    now: now(),
    hasSignOn,
    configFile,
  })

  /** The servers as they are now, and a word about what was done. */
  const changed = (data: ToolsData, request: PageRequest, notice: Child): ActionResult => ({
    markup: (
      <>
        <hx-partial hx-target="#servers" hx-swap="outerHTML">
          <Servers data={data} request={request} />
        </hx-partial>
        {notice}
      </>
    ),
  })

  async function accept(form: Form, request: PageRequest): Promise<ActionResult> {
    const server = text(form, 'server')
    const tool = text(form, 'tool') || undefined
    const changes = chosenChanges(tools.servers(), { server, tool, hash: text(form, 'hash') })
    await tools.accept(server, changes)
    if (form.via !== 'htmx') return { go: '/dashboard/tools' }
    const words = `${count(changes.length, 'tool')} of ${server} accepted`
    return changed(await load(), request, <Notice tone="good">{words}</Notice>)
  }

  async function refresh(form: Form, request: PageRequest): Promise<ActionResult> {
    const name = typeof form.server === 'string' && form.server !== '' ? form.server : undefined
    if (name !== undefined && !tools.servers().some(({ server }) => server.name === name))
      refuse('not_found', `There is no MCP server “${name.slice(0, 100)}” any more`)
    await tools.refresh(name)
    if (form.via !== 'htmx') return { go: '/dashboard/tools' }
    const data = await load()
    const away = data.servers.filter(({ standing }) => standing.state === 'away')
    return changed(
      data,
      request,
      <Notice tone={away.length > 0 ? 'bad' : 'good'}>
        {away.length === 0
          ? 'All servers have told their tools'
          : away.map(({ server, standing }) => `${server.name} ${standing.error}`).join('; ')}
      </Notice>,
    )
  }

  return definePage<ToolsData>({
    path: '/tools',
    title: 'Tools',
    nav: { group: 'Gateway', order: 14 },
    load,
    view: (data, request) => <ToolsView data={data} request={request} />,
    actions: { refresh, accept },
  })
}
