import { Document } from '../../views/document.tsx'
import { described, Field } from '../../views/form.tsx'
import { Mark } from '../../views/icon.tsx'
import { Link } from '../../views/link.tsx'
import type { Elsewhere, SignInWords, Way } from './model.ts'

/** Before the dashboard. */
export const operatorWords: SignInWords = {
  label: 'Master key, or another one that operates',
  hint: (
    <>
      The value of <code>MODELWAY_MASTER_KEY</code>, or an API key of an operator
    </>
  ),
  wrong: 'This is not the master key, nor another one that operates',
  none: (
    <>
      There is no master key to sign in with. Set <code>MODELWAY_MASTER_KEY</code> and restart the gateway.
    </>
  ),
  account: 'master',
}

interface SignInProps {
  readonly words: SignInWords
  readonly base: string
  /** Where the key is sent. */
  readonly action: string
  readonly assets: Readonly<Record<string, string>>
  readonly next: string
  /** There is a key to sign in with. */
  readonly hasKey: boolean
  readonly ways: readonly Way[]
  readonly elsewhere: readonly Elsewhere[]
  /** What is wrong with the key. */
  readonly mistake: string | undefined
  /** Why another way in led nowhere. */
  readonly refusal: string | undefined
}

/** The way in. */
export const SignIn = ({
  words,
  base,
  action,
  assets,
  next,
  hasKey,
  ways,
  elsewhere,
  mistake,
  refusal,
}: SignInProps) => (
  <Document title="Sign in" assets={assets} layout="plain">
    <main class="door">
      <p class="brand">
        <Mark />
        Modelway
      </p>
      <h1>Sign in</h1>
      {words.lead !== undefined && <p class="lead">{words.lead}</p>}
      {refusal !== undefined && (
        <p class="mistake banner" role="alert">
          {refusal}
        </p>
      )}
      {ways.map(({ label, path }) => (
        <a class="button primary way" href={`${base}${path}?next=${encodeURIComponent(next)}`}>
          {label}
        </a>
      ))}
      {hasKey && ways.length > 0 && <p class="or">or</p>}
      {hasKey && <KeyForm {...{ words, action, next, mistake }} isAlone={ways.length === 0} />}
      {!hasKey && ways.length === 0 && <p>{words.none}</p>}
      {elsewhere.map(({ label, path }) => (
        <p class="elsewhere">
          <Link href={base + path}>{label}</Link>
        </p>
      ))}
    </main>
  </Document>
)

interface KeyFormProps extends Pick<SignInProps, 'words' | 'action' | 'next' | 'mistake'> {
  /** There is no other way in. */
  readonly isAlone: boolean
}

const KeyForm = ({ words, action, next, isAlone, mistake }: KeyFormProps) => (
  <form method="post" action={action} novalidate>
    <input type="hidden" name="next" value={next} />
    {/* Lets password managers know which of their entries this is. */}
    <input name="username" value={words.account} autocomplete="username" hidden readonly />
    <Field id="key" label={words.label} error={mistake} hint={words.hint}>
      <input
        type="password"
        name="key"
        autocomplete="current-password"
        spellcheck={false}
        {...described('key', { error: mistake, focus: isAlone })}
      />
    </Field>
    <button class={isAlone ? 'primary' : undefined} type="submit">
      {isAlone ? 'Sign in' : 'Sign in with the key'}
    </button>
  </form>
)
