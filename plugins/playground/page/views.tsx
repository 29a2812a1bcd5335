import type { PageRequest } from '../../../src/contract/page.ts'
import { Questions } from './form.tsx'
import type { PlaygroundData } from './model.ts'
import { Panel } from './panel.tsx'

interface Props {
  readonly data: PlaygroundData
  readonly request: PageRequest
}

export const PlaygroundView = ({ data, request }: Props) => (
  <>
    <header class="top">
      <div>
        <h1>Playground</h1>
        <p class="lead">
          Ask any model, in the language of any client, for any caller. These are real calls: decided,
          recorded and billed like all others.
        </p>
      </div>
    </header>
    <Questions data={data} request={request} />
    <div class="panels">
      <Panel side="model" told={data.told.model} />
      <Panel side="other" told={data.told.other} />
    </div>
  </>
)
