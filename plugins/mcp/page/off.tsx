/** In the place of servers, where there are none. */
export const HowToSwitchOn = ({ configFile }: { configFile: string | undefined }) => (
  <section class="welcome adding" aria-labelledby="off-title">
    <h2 id="off-title">No MCP server is configured</h2>
    <p>
      Name one, and agents find its tools at <code>/mcp</code>, with the key that they have for models, if
      they are open to where they stand. The credentials that the server asks for stay with the gateway. In{' '}
      <code>{configFile ?? 'modelway.yaml'}</code>
      {configFile !== undefined && ', which is read anew whenever it is saved'}:
    </p>
    <pre class="command" tabindex={0}>
      <code>
        {`mcp:
  servers:
    - name: search
      url: https://search.example.com/mcp
      headers: { authorization: "Bearer \${SEARCH_TOKEN}" }
      user_paths: [/team/alpha]
      tools: { deny: [delete_*] }`}
      </code>
    </pre>
    <p>
      or in the environment or <code>.env</code>:
    </p>
    <pre class="command" tabindex={0}>
      <code>{`MCP_SERVERS=[{"name": "search", "url": "https://search.example.com/mcp"}]`}</code>
    </pre>
  </section>
)
