import { Document } from '../../views/document.tsx'
import { described, Field } from '../../views/form.tsx'
import { Mark } from '../../views/icon.tsx'
import type { Way } from './model.ts'

interface SignInProps {
  readonly base: string
  readonly assets: Readonly<Record<string, string>>
  readonly next: string
  /** There is a key to sign in with. */
  readonly hasKey: boolean
  readonly ways: readonly Way[]
  /** What is wrong with the key. */
  readonly mistake: string | undefined
  /** Why another way in led nowhere. */
  readonly refusal: string | undefined
}

/** The way in. */
export const SignIn = ({ base, assets, next, hasKey, ways, mistake, refusal }: SignInProps) => (
  <Document title="Sign in" assets={assets} layout="plain">
    <main class="door">
      <p class="brand">
        <Mark />
        Modelway
      </p>
      <h1>Sign in</h1>
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
      {hasKey && <KeyForm base={base} next={next} isAlone={ways.length === 0} mistake={mistake} />}
      {!hasKey && ways.length === 0 && (
        <p>
          There is no master key to sign in with. Set <code>MODELWAY_MASTER_KEY</code> and restart the
          gateway.
        </p>
      )}
    </main>
  </Document>
)

interface KeyFormProps extends Pick<SignInProps, 'base' | 'next' | 'mistake'> {
  /** There is no other way in. */
  readonly isAlone: boolean
}

const KeyForm = ({ base, next, isAlone, mistake }: KeyFormProps) => (
  <form method="post" action={`${base}/sign-in`} novalidate>
    <input type="hidden" name="next" value={next} />
    {/* Lets password managers know which of their entries this is. */}
    <input name="username" value="master" autocomplete="username" hidden readonly />
    <Field
      id="key"
      label="Master key, or another one that operates"
      error={mistake}
      hint={
        <>
          The value of <code>MODELWAY_MASTER_KEY</code>, or an API key of an operator
        </>
      }
    >
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
