import type { Child } from 'hono/jsx'
import type { Shell, Visitor } from '../src/contract/page.ts'
import type { Admin } from '../src/types.ts'
import { Badge } from './badge.tsx'
import { Document } from './document.tsx'
import { Csrf } from './form.tsx'
import { Icon, Mark } from './icon.tsx'
import { Link } from './link.tsx'

type ShellProps = Parameters<Shell>[0]

/** The frame around every page: the menu, the way out, and one place for messages. */
export const shell: Shell = ({
  title,
  base,
  entrance,
  path,
  signedIn,
  nav,
  assets,
  main,
  isMissing = false,
}) => (
  <Document
    title={title}
    assets={assets}
    layout="app"
    {...(signedIn?.csrf !== undefined && { csrf: signedIn.csrf })}
  >
    <a class="skip" href="#main">
      Skip to content
    </a>
    <header class="side">
      <Link class="brand" href={base + entrance.at}>
        <Mark />
        Modelway
      </Link>
      {signedIn !== undefined && <Menu {...{ base, entrance, path, nav, signedIn }} />}
      {signedIn === undefined && (
        <p class="leave">
          <Link class="quiet" href={base + entrance.signIn}>
            Sign in
          </Link>
        </p>
      )}
    </header>
    <main id="main" tabindex={-1}>
      {signedIn !== undefined && isVisitor(signedIn) && signedIn.note !== undefined && (
        <p class="note banner">{signedIn.note}</p>
      )}
      {isMissing ? <Missing home={base + entrance.at} /> : (main as Child)}
    </main>
    <div id="notice" role="status" aria-live="polite" popover="manual" />
    <SessionOver
      href={`${base + entrance.signIn}?${new URLSearchParams({ next: base + entrance.at + path })}`}
    />
  </Document>
)

interface MenuProps extends Pick<ShellProps, 'base' | 'entrance' | 'path' | 'nav'> {
  readonly signedIn: Admin | Visitor
}

/** The menu and the way out. Where there is little room a button opens them, without any script. */
const Menu = ({ base, entrance, path, nav, signedIn }: MenuProps) => (
  <>
    <button id="menu-button" class="quiet" type="button" popovertarget="menu">
      <Icon name="menu" />
      Menu
    </button>
    <div id="menu" popover="auto">
      <nav aria-label="Main">
        {[...Map.groupBy([...nav, referenceOf(base)], ({ group }) => group)].map(([group, items]) => (
          <MenuGroup title={group} items={items} current={base + entrance.at + path} />
        ))}
      </nav>
      <Leave signedIn={signedIn} signOut={base + entrance.signOut} />
    </div>
  </>
)

/** The reference of the API is no page of the dashboard, but stands among what developers need. */
const referenceOf = (base: string) => ({ group: 'Developers', title: 'API', href: `${base}/swagger` })

const Missing = ({ home }: { home: string }) => (
  <header class="top">
    <div>
      <h1>There is no page here</h1>
      <p class="lead">
        The address may be mistyped, or be one of another version.{' '}
        <Link href={home}>Go to the first page</Link>
      </p>
    </div>
  </header>
)

/** What is said when the session turns out to be over: `app.js` puts it where it can be seen, and nothing typed is lost. */
const SessionOver = ({ href }: { href: string }) => (
  <template id="session-over">
    <p class="session-over" role="alert" data-tone="bad">
      Your session has ended.{' '}
      <Link href={href} target="_blank">
        Sign in in a new tab
      </Link>
      , then come back and go on: what you typed stays here.
    </p>
  </template>
)

interface MenuGroupProps {
  readonly title: string
  readonly items: readonly { readonly href: string; readonly title: string }[]
  readonly current: string
}

const MenuGroup = ({ title, items, current }: MenuGroupProps) => (
  <section>
    <h2>{title}</h2>
    <ul>
      {items.map(item => (
        <li>
          <Link href={item.href} {...currency(item.href, current)}>
            {item.title}
          </Link>
        </li>
      ))}
    </ul>
  </section>
)

/** A page below another one belongs to it. */
const currency = (href: string, current: string) =>
  href === current
    ? { 'aria-current': 'page' }
    : current.startsWith(`${href}/`)
      ? { 'aria-current': 'true' }
      : {}

/** Who is in without a session cannot leave; it says why they are in. */
const Leave = ({ signedIn, signOut }: { signedIn: Admin | Visitor; signOut: string }) =>
  signedIn.via === 'session' ? (
    <form class="leave" method="post" action={signOut}>
      <Csrf admin={signedIn} />
      <Who name={nameOf(signedIn)} />
      <button class="quiet" type="submit">
        <Icon name="out" />
        Sign out
      </button>{' '}
      {isReader(signedIn) && <ReadOnly />}
    </form>
  ) : (
    <p class="leave muted">
      {signedIn.via === 'loopback'
        ? 'Open to this machine: no key is set'
        : `Signed in by header${nameOf(signedIn) === undefined ? '' : ` as ${nameOf(signedIn)}`}`}{' '}
      {isReader(signedIn) && <ReadOnly />}
    </p>
  )

const Who = ({ name }: { name: string | undefined }) =>
  name === undefined || name === '' ? null : (
    <p class="muted who" title={name}>
      {name}
    </p>
  )

const isVisitor = (signedIn: Admin | Visitor): signedIn is Visitor => 'caller' in signedIn

const nameOf = (signedIn: Admin | Visitor): string | undefined =>
  isVisitor(signedIn) ? signedIn.caller.name : signedIn.name

const isReader = (signedIn: Admin | Visitor): boolean => !isVisitor(signedIn) && !signedIn.mayWrite

const ReadOnly = () => (
  <Badge tone="outline" title="You may look at everything here, and change nothing">
    Read only
  </Badge>
)
