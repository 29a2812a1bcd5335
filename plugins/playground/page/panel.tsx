import type { Child } from 'hono/jsx'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import type { Links, Place, Texts, Told } from '../lines.ts'
import type { Side } from './model.ts'

interface Facts {
  readonly place: Place
  readonly name: string
}

const facts: readonly Facts[] = [
  { place: 'served', name: 'Served by' },
  { place: 'first', name: 'First token' },
  { place: 'whole', name: 'In all' },
  { place: 'tokens', name: 'Tokens' },
  { place: 'cost', name: 'Cost' },
  { place: 'attempts', name: 'Tried' },
  { place: 'finish', name: 'Finished' },
  { place: 'caller', name: 'Caller' },
  { place: 'warning', name: 'Left out' },
]

const empty: Told = { texts: {}, links: {}, tone: 'good' }

/**
 * What comes of asking one model. Every place of it is drawn, and what is not known is hidden: a script fills in the same
 * places while the answer arrives.
 */
export function Panel({ side, told }: { side: Side; told: Told | undefined }) {
  const { texts, links, tone, mistake } = told ?? empty
  const isShown = told !== undefined && mistake === undefined
  return (
    <section
      class="panel"
      data-panel={side}
      data-tone={tone}
      aria-labelledby={`${side}-name`}
      hidden={!isShown}
    >
      <header>
        <h2 id={`${side}-name`}>
          <bdi class="mono" data-place="name">
            {texts.name}
          </bdi>
        </h2>
        <p class="state badge" role="status" data-place="state">
          {texts.state}
        </p>
      </header>
      <Held texts={texts} place="note">
        <p class="note" data-place="note">
          {texts.note}
        </p>
      </Held>
      <Held texts={texts} place="thought">
        <details class="thought">
          <summary>What it thought</summary>
          <p class="said" dir="auto" data-place="thought">
            {texts.thought}
          </p>
        </details>
      </Held>
      <Held texts={texts} place="answer">
        <p class="said" dir="auto" data-place="answer">
          {texts.answer}
        </p>
      </Held>
      <dl class="told">
        {facts.map(({ place, name }) => (
          <Held texts={texts} place={place}>
            <dt>{name}</dt>
            <dd>
              <bdi data-place={place}>{texts[place]}</bdi>
            </dd>
          </Held>
        ))}
      </dl>
      <Ways links={links} />
      <div class="raws">
        <Raw side={side} place="sent" title="Sent" texts={texts} />
        <Raw side={side} place="raw" title="Came back" texts={texts}>
          <span class="mono" data-place="kind">
            {texts.kind}
          </span>
        </Raw>
      </div>
      <details class="shell">
        <summary>As a curl command</summary>
        <Raw side={side} place="curl" title="In a shell" texts={texts} />
      </details>
    </section>
  )
}

/** Hidden while its place is empty. */
const Held = ({ texts, place, children }: { texts: Texts; place: Place; children?: Child }) => (
  <div data-held="" hidden={(texts[place] ?? '') === ''}>
    {children}
  </div>
)

const Ways = ({ links }: { links: Links }) => (
  <p class="ways">
    <Way name="requests" href={links.requests}>
      See it in Requests
    </Way>
    <Way name="explain" href={links.explain}>
      Explain
    </Way>
  </p>
)

/** Leads nowhere before the script knows where. */
const Way = ({ name, href, children }: { name: keyof Links; href: string | undefined; children?: Child }) => (
  <Link class="button" href={href ?? '#'} data-way={name} hidden={href === undefined}>
    {children}
    <Icon name="arrow" />
  </Link>
)

interface RawProps {
  readonly side: Side
  readonly place: Place
  readonly title: string
  readonly texts: Texts
  readonly children?: Child
}

const Raw = ({ side, place, title, texts, children }: RawProps) => (
  <figure class="piece">
    <figcaption>
      <span>
        {title} {children}
      </span>
      <button class="quiet" type="button" data-copy={`${side}-${place}`} aria-label={`Copy: ${title}`}>
        <Icon name="copy" />
        Copy
      </button>
    </figcaption>
    {/* Longer than its place: it can be moved with the keyboard too. */}
    <pre id={`${side}-${place}`} tabindex={0} data-place={place}>
      {texts[place]}
    </pre>
  </figure>
)
