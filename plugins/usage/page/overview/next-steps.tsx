import { Icon } from '../../../../views/icon.tsx'
import { Link } from '../../../../views/link.tsx'

const steps = [
  {
    href: '/providers/edit?new=',
    title: 'Add a provider',
    text: 'Choose whose models, paste the key, and use it at once.',
  },
  {
    href: '/models?new=',
    title: 'Make a name of your own',
    text: 'Apps ask for it, and you choose what answers.',
  },
  {
    href: '/keys?new=',
    title: 'Make a key',
    text: 'One for each team or app, with a path and models of its own.',
  },
  { href: '/connect', title: 'Connect an app', text: 'Lines to copy for coding agents, libraries and curl.' },
] as const

/** What a new house goes on with. */
export const NextSteps = ({ base }: { base: string }) => (
  <section class="steps" aria-labelledby="steps-title">
    <h2 id="steps-title">Then</h2>
    <ol>
      {steps.map(({ href, title, text }) => (
        <li class="card">
          <h3>
            <Link href={`${base}/dashboard${href}`}>
              {title}
              <Icon name="arrow" />
            </Link>
          </h3>
          <p class="muted">{text}</p>
        </li>
      ))}
    </ol>
  </section>
)
