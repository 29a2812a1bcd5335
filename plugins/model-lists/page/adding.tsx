/** Variables that make a provider, those first that most people have. `.env.template` has them all. */
export const variables: readonly (readonly [name: string, what: string])[] = [
  ['OPENAI_API_KEY', 'OpenAI'],
  ['ANTHROPIC_API_KEY', 'Anthropic'],
  ['GEMINI_API_KEY', 'Google Gemini'],
  ['OPENROUTER_API_KEY', 'OpenRouter: many vendors behind one key'],
  ['GROQ_API_KEY', 'Groq'],
  ['MISTRAL_API_KEY', 'Mistral'],
  ['OLLAMA_BASE_URL', 'Ollama, on a machine of yours'],
  ['VLLM_BASE_URL', 'vLLM, on a machine of yours'],
]

/** How a provider comes to be: a variable is enough. */
export const HowToAdd = ({ configFile }: { configFile: string | undefined }) => (
  <>
    <dl class="variables">
      {variables.map(([name, what]) => (
        <div class="variable">
          <dt>
            <code>{name}</code>
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
    <p>
      Set one in the environment or in <code>.env</code>, and start the gateway again. More words in the name
      make another one of the same sort: <code>OPENAI_EAST_API_KEY</code> is the provider{' '}
      <code>openai-east</code>. <code>.env.template</code> lists every variable.
    </p>
    <p>
      Or write it below <code>providers:</code> in <code>{configFile ?? 'modelway.yaml'}</code>
      {configFile === undefined ? '.' : ', which is read anew whenever it is saved.'}
    </p>
  </>
)
