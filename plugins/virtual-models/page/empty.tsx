import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import { Nothing } from '../../../views/nothing.tsx'
import { opening } from '../../../views/opening.ts'

/** What virtual models are for, as three things to do: shown until there is one. */
export function Welcome({ path, example }: { path: string; example: string | undefined }) {
  const model = example ?? 'openai/gpt-5'
  const provider = model.slice(0, model.indexOf('/') + 1)
  return (
    <section class="welcome" aria-labelledby="welcome-title">
      <h2 id="welcome-title">Put your own names and rules in front of these models</h2>
      <ul>
        <Recipe
          title="Give it a name of yours"
          text="Applications ask for “smart”. What that is, you decide here, and change without touching them."
          action="Redirect"
          href={`${path}?${new URLSearchParams({ new: '', source: 'smart', target: model })}`}
        />
        <Recipe
          title="Take over a name"
          text="Applications that insist on one model keep its name, and get the one you choose."
          action="Shadow"
          href={`${path}?${new URLSearchParams({ new: '', source: model, target: '' })}`}
        />
        <Recipe
          title="Say who may use it"
          text={`Leave the target empty: only the teams you name may use the models of ${provider || 'a provider'}.`}
          action="Access policy"
          href={`${path}?${new URLSearchParams({ new: '', source: provider || '/' })}`}
        />
      </ul>
    </section>
  )
}

const Recipe = ({
  title,
  text,
  action,
  href,
}: {
  title: string
  text: string
  action: string
  href: string
}) => (
  <li>
    <h3>{title}</h3>
    <p>{text}</p>
    <Link href={href} {...opening(href)}>
      {action}
      <Icon name="arrow" />
    </Link>
  </li>
)

export const NothingFound = ({ isFiltered, path }: { isFiltered: boolean; path: string }) => (
  <Nothing noun="model" isFiltered={isFiltered} page={path}>
    No provider has sent its list of models. Refresh the lists, or look at the messages of the providers
    above.
  </Nothing>
)
