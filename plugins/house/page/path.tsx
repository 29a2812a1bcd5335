import type { Member } from '../../../src/contract/inventory.ts'
import { type Hooks, kinds } from '../../../src/contract/plugin.ts'
import { Link } from '../../../views/link.tsx'

/** What a hook is asked. */
const questions: Readonly<Record<keyof Hooks, string>> = {
  authenticate: 'Who calls?',
  administrate: 'Does an operator call?',
  recognize: 'Which caller looks at its own pages?',
  scope: 'On whose behalf?',
  permit: 'May this caller use this at all?',
  route: 'Which targets does the name lead to?',
  order: 'Which of them first?',
  shape: 'How is the model asked?',
  admit: 'Is there room?',
  guard: 'What goes upstream?',
  recall: 'Is there a stored answer?',
  attempt: 'One try at one target',
  tap: 'What of the answer goes to the client?',
  head: 'What do headers say of the answer?',
  spend: 'An answer within a conversation is over: what did it take?',
  resume: 'May a conversation go on?',
  settle: 'It is over: end, refusal or hang-up',
  audit: 'An operator has changed something',
  list: 'What does /v1/models show?',
}

const rules: Readonly<Record<(typeof kinds)[keyof Hooks], string>> = {
  first: 'The first answer counts',
  every: 'All are asked, a refusal stops',
  chain: 'Each hands on to the next',
  all: 'All are told',
}

/** Not asked for calls of models. */
const BESIDE: readonly (keyof Hooks)[] = ['administrate', 'recognize', 'audit', 'list']
const all = Object.keys(kinds) as readonly (keyof Hooks)[]

/** The hooks in the order in which a request meets them, and the plugins that stand there, in theirs. */
export const RequestPath = ({ members }: { members: readonly Member[] }) => (
  <section class="house-group" aria-labelledby="path-title">
    <header>
      <h2 id="path-title">The path of a request</h2>
      <p class="muted">Every call of a model goes through these, from the first to the last.</p>
    </header>
    <ol class="path">
      {all
        .filter(hook => !BESIDE.includes(hook))
        .map(hook => (
          <Step hook={hook} members={members} />
        ))}
    </ol>
    <h3 class="aside">Beside it</h3>
    <ul class="path beside">
      {BESIDE.map(hook => (
        <Step hook={hook} members={members} />
      ))}
    </ul>
  </section>
)

function Step({ hook, members }: { hook: keyof Hooks; members: readonly Member[] }) {
  const here = members.filter(({ hooks }) => hooks.includes(hook))
  return (
    <li class="step" id={`hook-${hook}`} data-empty={here.length === 0 ? '' : undefined}>
      <h3>
        <span class="mono">{hook}</span>
      </h3>
      <p>{questions[hook]}</p>
      <p class="rule">{rules[kinds[hook]]}</p>
      <ul aria-label={`Plugins at ${hook}`}>
        {here.length === 0 ? (
          <li>nobody</li>
        ) : (
          here.map(({ name }) => (
            <li>
              <Link href={`#plugin-${name}`}>{name}</Link>
            </li>
          ))
        )}
      </ul>
    </li>
  )
}
