import { Document } from '../../views/document.tsx'
import { described, Field } from '../../views/form.tsx'
import { Mark } from '../../views/icon.tsx'

interface SignInProps {
  readonly base: string
  readonly assets: Readonly<Record<string, string>>
  readonly next: string
  /** No master key is set, so nobody could sign in. */
  readonly isClosed: boolean
  readonly mistake: string | undefined
}

/** The way in. */
export const SignIn = ({ base, assets, next, isClosed, mistake }: SignInProps) => (
  <Document title="Sign in" assets={assets} layout="plain">
    <main class="door">
      <p class="brand">
        <Mark />
        Modelway
      </p>
      <h1>Sign in</h1>
      {isClosed ? (
        <p>
          There is no master key to sign in with. Set <code>MODELWAY_MASTER_KEY</code> and restart the
          gateway.
        </p>
      ) : (
        <form method="post" action={`${base}/sign-in`} novalidate>
          <input type="hidden" name="next" value={next} />
          {/* Lets password managers know which of their entries this is. */}
          <input name="username" value="master" autocomplete="username" hidden readonly />
          <Field
            id="key"
            label="Master key"
            error={mistake}
            hint={
              <>
                The value of <code>MODELWAY_MASTER_KEY</code>
              </>
            }
          >
            <input
              type="password"
              name="key"
              autocomplete="current-password"
              spellcheck={false}
              {...described('key', { error: mistake, focus: true })}
            />
          </Field>
          <button class="primary" type="submit">
            Sign in
          </button>
        </form>
      )}
    </main>
  </Document>
)
