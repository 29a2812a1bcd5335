import type { Child } from 'hono/jsx'
import type { Shell } from '../src/page.ts'
import { Document } from './document.tsx'
import { Csrf } from './form.tsx'
import { Icon, Mark } from './icon.tsx'
import { Link } from './link.tsx'

type NavItem = Parameters<Shell>[0]['nav'][number]

/** The frame around every page: the menu, the way out, and one place for messages. */
export const shell: Shell = ({ title, base, path, admin, nav, assets, main }) => (
  <Document title={title} assets={assets} layout="app" {...(admin.csrf !== undefined && { csrf: admin.csrf })}>
    <a class="skip" href="#main">
      Skip to content
    </a>
    <header class="side">
      <Link class="brand" href={`${base}/dashboard/models`}>
        <Mark />
        Modelway
      </Link>
      <nav aria-label="Main">
        {groups(nav).map(([group, items]) => (
          <section>
            <h2>{group}</h2>
            <ul>
              {items.map(item => (
                <li>
                  <Link href={item.href} {...(item.href === `${base}/dashboard${path}` && { 'aria-current': 'page' })}>
                    {item.title}
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
        <section>
          <h2>Reference</h2>
          <ul>
            <li>
              <Link href={`${base}/swagger`}>API</Link>
            </li>
          </ul>
        </section>
      </nav>
      {admin.via === 'session' ? (
        <form class="leave" method="post" action={`${base}/sign-out`}>
          <Csrf admin={admin} />
          <button class="quiet" type="submit">
            <Icon name="out" />
            Sign out
          </button>
        </form>
      ) : (
        <p class="leave muted">{admin.via === 'loopback' ? 'Open to this machine: no key is set' : 'Signed in by header'}</p>
      )}
    </header>
    <main id="main" tabindex={-1}>
      {main as Child}
    </main>
    <div id="notice" role="status" aria-live="polite" popover="manual" />
  </Document>
)

const groups = (nav: readonly NavItem[]): [string, NavItem[]][] => [...Map.groupBy(nav, ({ group }) => group)]
