/** In the place of figures, where there are none. */
export const HowToSwitchOn = ({ configFile }: { configFile: string | undefined }) => (
  <section class="welcome adding" aria-labelledby="off-title">
    <h2 id="off-title">The cache is off</h2>
    <p>
      It is worth its memory where the same question comes often: tests and evaluations, embeddings of the
      same texts, a classification that many ask for. Name the models whose answers may be given again, in the
      environment or in <code>.env</code>:
    </p>
    <pre class="command" tabindex={0}>
      <code>CACHE_MODELS=openai/gpt-5-nano,smarter</code>
    </pre>
    <p>
      or in <code>{configFile ?? 'modelway.yaml'}</code>
      {configFile === undefined ? ':' : ', which is read anew whenever it is saved:'}
    </p>
    <pre class="command" tabindex={0}>
      <code>{'cache:\n  models: [openai/gpt-5-nano, smarter]\n  ttl: 1h'}</code>
    </pre>
    <p>
      <code>/</code> means all models, <code>openai/</code> all of one provider, a name of yours what goes
      through that redirect. Callers of one user path then share answers, and nobody else does.
    </p>
  </section>
)
