import type { Child } from 'hono/jsx'

/** Nothing is drawn for these, or a space that looks like any other: two names that differ in them look the same. */
const HIDDEN = /((?![\ufe0e\ufe0f])[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs})/u

const codeOf = (char: string): string =>
  `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`

/** A name as it is, letter by letter: what cannot be seen is shown by its number. */
export const Name = ({
  text,
  class: more,
  title,
}: {
  text: string
  class?: string
  title?: string | undefined
}) => (
  <bdi class={more} title={title && spell(title)}>
    {text
      .split(HIDDEN)
      .map((part, index) =>
        index % 2 === 1 ? <span class="hidden-char">{codeOf(part)}</span> : stepsOf(part),
      )}
  </bdi>
)

/** Characters that have room on one line of a table. */
const ONE_LINE = 20

/** A long path goes on in the next line behind a slash, not within a word. */
const stepsOf = (text: string): Child =>
  text.length <= ONE_LINE
    ? text
    : text.split(/(?<=\/)/).map((step, index) => (
        <>
          {index > 0 && <wbr />}
          {step}
        </>
      ))

/** The same within a sentence that is plain text. */
export const spell = (text: string): string =>
  text
    .split(HIDDEN)
    .map((part, index) => (index % 2 === 1 ? `[${codeOf(part)}]` : part))
    .join('')

/** Characters of a name that a sentence has room for. */
const SHORT = 64

/** A name of any length, and of any characters, in a sentence. */
export const shorten = (name: string): string =>
  spell(name.length > SHORT ? `${name.slice(0, SHORT - 1)}…` : name)
