import type { PageRequest } from '../../../src/contract/page.ts'
import { Dialog } from '../../../views/dialog.tsx'
import { DIALOG_TITLE, Remark } from '../../../views/dialog-form.tsx'
import { Choice, Filters } from '../../../views/filters.tsx'
import { number } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { Name } from '../../../views/name.tsx'
import type { StoredSetting } from '../model.ts'
import { Reset } from './acts.tsx'
import { type Editing, Editor } from './editor.tsx'
import { Line } from './line.tsx'
import { choices, GATEWAY, type Query } from './query.ts'
import type { Shown } from './shown.ts'

/** What belongs together: the gateway's own settings, or those of a plugin. */
export interface Group {
  /** Absent: the gateway. */
  readonly plugin: string | undefined
  readonly about: string | undefined
  readonly settings: readonly Shown[]
}

export interface SettingsData {
  readonly query: Query
  readonly groups: readonly Group[]
  readonly found: number
  readonly all: number
  readonly changed: number
  /** Names of plugins that have settings. */
  readonly plugins: readonly string[]
  readonly configFile: string | undefined
  /** What is stored under names that no setting has any more. */
  readonly orphans: readonly Orphan[]
  /** The name of the one that was changed just now. */
  readonly changedNow: string
  readonly dialog?: DialogData
}

export type Orphan = Pick<StoredSetting, 'name' | 'version'>

/** The dialog that the address asks for. */
export type DialogData =
  | { readonly kind: 'edit'; readonly editing: Editing }
  | { readonly kind: 'note'; readonly text: string }

interface Props {
  readonly data: SettingsData
  readonly request: PageRequest
}

export const SettingsView = ({ data, request }: Props) => (
  <>
    <header class="top">
      <div>
        <h1>Settings</h1>
        <p class="lead">
          What is in effect, and who says so: each of these wins over the one before it.{' '}
          {request.admin.mayWrite && (
            <Link href={`${request.base}/dashboard/settings?show=changeable`}>What can be changed here</Link>
          )}
        </p>
      </div>
    </header>
    <Sources configFile={data.configFile} />
    <Search data={data} path={`${request.base}/dashboard/settings`} />
    <Orphans orphans={data.orphans} request={request} />
    <Found data={data} request={request} />
    <Dialog labelledby={DIALOG_TITLE} asks={['edit']}>
      {data.dialog && <DialogContent dialog={data.dialog} request={request} />}
    </Dialog>
  </>
)

const DialogContent = ({ dialog, request }: { dialog: DialogData; request: PageRequest }) =>
  dialog.kind === 'edit' ? (
    <Editor editing={dialog.editing} request={request} />
  ) : (
    <Remark text={dialog.text} page={`${request.base}/dashboard/settings`} />
  )

/** Who wins over whom, and when a change takes effect. */
const Sources = ({ configFile }: { configFile: string | undefined }) => (
  <ol class="sources" aria-label="Each wins over those before it">
    <li>
      <strong>Default</strong> <span>where nobody says anything</span>
    </li>
    <li>
      <strong>Dashboard</strong> <span>what is changed here, at once</span>
    </li>
    <li>
      <strong>Config file</strong>{' '}
      <span>
        {configFile === undefined ? (
          <>
            there is none; <code>modelway.yaml</code> would be read
          </>
        ) : (
          <>
            <Name class="mono" text={configFile} />, read anew when it is saved, or with{' '}
            <code>kill -HUP</code>
          </>
        )}
      </span>
    </li>
    <li>
      <strong>Environment</strong>{' '}
      <span>
        and <code>.env</code>, read at the start
      </span>
    </li>
    <li>
      <strong>Command line</strong> <span>read at the start</span>
    </li>
  </ol>
)

/** A plugin has gone, say, or calls its setting otherwise: nothing holds it, and nobody else would show it. */
const Orphans = ({ orphans, request }: { orphans: readonly Orphan[]; request: PageRequest }) =>
  orphans.length === 0 ? null : (
    <section class="house-group" aria-labelledby="orphans">
      <header>
        <h2 id="orphans">Stored, and of no use</h2>
        <p class="muted">No setting has these names any more.</p>
      </header>
      <ul class="ledger">
        {orphans.map(({ name, version }) => (
          <li class="orphan">
            <Name class="mono" text={name} />
            <Reset name={name} version={version} isFixed request={request} />
          </li>
        ))}
      </ul>
    </section>
  )

const Search = ({ data, path }: { data: SettingsData; path: string }) => (
  <Filters
    path={path}
    into="settings"
    search={{
      label: 'Search settings',
      placeholder: 'Name, variable, meaning or value',
      value: data.query.q,
    }}
  >
    <Choice name="show" label="Which settings" value={data.query.show} options={choices} />
    <Choice
      name="plugin"
      label="Of which plugin"
      value={data.query.plugin}
      options={{
        '': 'All plugins',
        [GATEWAY]: 'The gateway itself',
        ...Object.fromEntries(data.plugins.map(name => [name, name])),
      }}
    />
    <p id="count" class="count" role="status">
      {data.found === data.all
        ? `${number(data.all)} settings, ${number(data.changed)} not as by default`
        : `${number(data.found)} of ${number(data.all)}`}
    </p>
  </Filters>
)

const Found = ({ data, request }: Props) => (
  <div id="settings">
    {data.groups.length === 0 ? (
      <section class="nothing">
        <h2>No setting is like that</h2>
        <p>
          Search for a part of a variable, of a name or of what it means, or{' '}
          <Link href={`${request.base}/dashboard/settings`}>see all settings</Link>.
        </p>
      </section>
    ) : (
      <>
        {data.groups.length > 1 && <Index groups={data.groups} />}
        {data.groups.map(group => (
          <Settings group={group} data={data} request={request} />
        ))}
      </>
    )}
  </div>
)

const idOf = ({ plugin }: Group): string => `of-${plugin ?? GATEWAY}`
const titleOf = ({ plugin }: Group): string => plugin ?? 'The gateway itself'

/** Leads to each group; where something is not as by default is seen from here. */
const Index = ({ groups }: { groups: readonly Group[] }) => (
  <nav class="index" aria-label="Settings of">
    <ul>
      {groups.map(group => {
        const changed = group.settings.filter(({ setting }) => setting.isChanged).length
        return (
          <li data-changed={changed > 0 ? '' : undefined}>
            <a class="jump" href={`#${idOf(group)}`}>
              <Name text={titleOf(group)} />{' '}
              <span class="muted">
                {number(group.settings.length)}
                {changed > 0 && <span class="unseen">, {number(changed)} not as by default</span>}
              </span>
            </a>
          </li>
        )
      })}
    </ul>
  </nav>
)

function Settings({ group, data, request }: Props & { group: Group }) {
  const { base } = request
  const { plugin, about, settings } = group
  const id = idOf(group)
  return (
    <section class="house-group" aria-labelledby={id}>
      <header>
        <h2 id={id} tabindex={-1}>
          {titleOf(group)}
        </h2>
        {plugin !== undefined && (
          <p class="muted">
            {about}{' '}
            <Link href={`${base}/dashboard/plugins#plugin-${plugin}`} aria-label={`See the plugin ${plugin}`}>
              See the plugin
            </Link>
          </p>
        )}
      </header>
      <ul class="ledger">
        {settings.map(shown => (
          <Line
            shown={shown}
            file={data.configFile}
            isNew={shown.setting.name === data.changedNow}
            request={request}
          />
        ))}
      </ul>
    </section>
  )
}
