import { Icon } from './icon.tsx'

interface CopyableProps {
  /** Tells it from others on its page. */
  readonly id: string
  /** Where it goes. */
  readonly place: string
  readonly text: string
}

/** Something to copy, and where it goes. */
export const Copyable = ({ id, place, text }: CopyableProps) => (
  <figure class="piece">
    <figcaption>
      <span>{place}</span>
      <button class="quiet" type="button" data-copy={id} aria-label={`Copy: ${place}`}>
        <Icon name="copy" />
        Copy
      </button>
    </figcaption>
    {/* A line may be longer than the page is wide: it can be moved with the keyboard too. */}
    <pre id={id} tabindex={0}>
      {text}
    </pre>
  </figure>
)
